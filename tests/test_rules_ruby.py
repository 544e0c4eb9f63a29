"""Rules for repositories in Ruby, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rules import scanned as _scan

from ctxgen.context import Context


def _scale(context: Context) -> set[tuple[str, str | None, str]]:
    return {(each.kind, each.subject, each.value) for each in context.scale}


@pytest.mark.parametrize(
    ("text", "shown"),
    [
        ('threads_count = ENV.fetch("RAILS_MAX_THREADS") { 5 }\nthreads threads_count, threads_count\n', {("threads", "Puma", "5")}),
        ('threads ENV.fetch("MIN", 1), ENV.fetch("MAX", 16)\nworkers Integer(ENV["N"] || 3)\n', {("threads", "Puma", "16"), ("workers", "Puma", "3")}),
        ("workers ENV.fetch('WEB_CONCURRENCY') {\n  4\n}\n", {("workers", "Puma", "4")}),
        ("count = Integer(ENV.fetch('N', 2))\nworkers count if count > 1\n# threads 7, 7\n", {("workers", "Puma", "2")}),
        ("workers ENV.fetch('WEB_CONCURRENCY') { 0 }\nthreads minimum, maximum\n", set()),
    ],
)  # fmt: skip
def test_processes_and_threads_of_puma(tmp_path: Path, text: str, shown: set[tuple[str, str, str]]) -> None:
    assert _scale(_scan(tmp_path, {"Gemfile": 'gem "rails"\ngem "puma"\n', "config/puma.rb": text})) == shown


def test_sizes_in_the_settings_of_rails(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\ngem "sidekiq"\ngem "solid_queue"\ngem "unicorn"\n',
        "config/database.yml": (
            'default: &default\n  adapter: postgresql\n  pool: <%= ENV.fetch("RAILS_MAX_THREADS") { 5 } %>\n'
            "development:\n  <<: *default\n  pool: 2\nproduction:\n  <<: *default\n"
        ),
        "config/sidekiq.yml": ':concurrency: <%= ENV["JOBS"] || 8 %>\n:queues:\n  - default\nproduction:\n  :concurrency: 12\n',
        "config/queue.yml": "production:\n  workers:\n    - queues: '*'\n      threads: 3\n      processes: <%= ENV.fetch('JOB_CONCURRENCY', 2) %>\n",
        "config/unicorn.rb": "worker_processes 4\ntimeout 30\n",
    }
    assert _scale(_scan(tmp_path, files)) == {
        ("pool-size", "Active Record", "5"),
        ("concurrency", "Sidekiq", "12"),
        ("threads", "Solid Queue worker", "3"),
        ("workers", "Solid Queue", "2"),
        ("workers", "Unicorn", "4"),
        ("timeout", "Unicorn", "30"),
    }


def test_migrations_of_rails_that_engines_brought(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\ngem "sqlite3"\n',
        "config/database.yml": "production:\n  adapter: sqlite3\n",
        "db/migrate/20260101000000_create_orders.rb": "class CreateOrders < ActiveRecord::Migration[8.0]\nend\n",
        "db/migrate/20260101000001_create_tags.tagging_engine.rb": "class CreateTags < ActiveRecord::Migration[8.0]\nend\n",
    }
    (store,) = _scan(tmp_path, files).datastores
    assert store.migrations is not None
    assert store.migrations.count == 2


def test_a_session_that_keeps_a_user_by_whatever_key(tmp_path: Path) -> None:
    source = "class LoginController < ApplicationController\n  def create\n    session[:u] = user.session_token\n  end\nend\n"
    files = {"Gemfile": 'gem "rails"\n', "app/controllers/login_controller.rb": source}
    assert {each.mechanism for each in _scan(tmp_path, files).security.mechanisms} == {"session"}
