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


def _routes(context: Context) -> dict[str, str]:
    return {f"{each.method} {each.path}": each.access for each in context.endpoints}


def test_pages_of_active_admin(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\ngem "devise"\ngem "activeadmin"\n',
        "config/routes.rb": "Rails.application.routes.draw do\n  devise_for :staff, ActiveAdmin::Devise.config\n  ActiveAdmin.routes(self)\nend\n",
        "config/initializers/active_admin.rb": "ActiveAdmin.setup do |config|\n  config.default_namespace = :back\n  config.authentication_method = :authenticate_staff!\nend\n",
        "app/models/staff.rb": "class Staff < ApplicationRecord\n  devise :database_authenticatable\nend\n",
        "app/admin/orders.rb": (
            "ActiveAdmin.register Shop::Order do\n  actions :index, :show\n\n  member_action :pay, method: :post do\n  end\n\n"
            "  index do\n    actions defaults: true\n  end\nend\n"
        ),
        "app/admin/lines.rb": 'ActiveAdmin.register Line, as: "Item", namespace: false do\n  belongs_to :order\n  actions :all, except: %i[new create edit update destroy]\nend\n',
        "app/admin/dashboard.rb": 'ActiveAdmin.register_page "Sales Board" do\n  page_action :refresh, method: :put do\n  end\nend\n',
    }
    context = _scan(tmp_path, files)
    assert _routes(context) == {
        "GET /back/login": "unknown",
        "POST /back/login": "unknown",
        "DELETE /back/logout": "unknown",
        "GET /back/logout": "unknown",
        "GET /back/shop_orders": "guarded",
        "GET /back/shop_orders/{id}": "guarded",
        "POST /back/shop_orders/{id}/pay": "guarded",
        "GET /orders/{order_id}/items": "guarded",
        "GET /orders/{order_id}/items/{id}": "guarded",
        "GET /back/sales_board": "guarded",
        "PUT /back/sales_board/refresh": "guarded",
    }
    assert {each.evidence[0].line for each in context.endpoints if each.path and "shop_orders" in each.path} == {1}


def test_routes_of_devise_for_providers_and_tokens(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\ngem "devise"\ngem "devise_token_auth"\n',
        "config/routes.rb": (
            "Rails.application.routes.draw do\n  devise_for :members, only: [:omniauth_callbacks]\n"
            "  scope :v1 do\n    mount_devise_token_auth_for 'Customer', at: 'auth', skip: [:passwords]\n  end\nend\n"
        ),
        "app/models/member.rb": "class Member < ApplicationRecord\n  devise :omniauthable, omniauth_providers: %i[github google]\nend\n",
        "app/models/customer.rb": "class Customer < ApplicationRecord\n  devise :database_authenticatable, :recoverable, :omniauthable\nend\n",
        "config/initializers/devise.rb": "Devise.setup do |config|\n  config.omniauth :apple\nend\n",
    }
    assert set(_routes(_scan(tmp_path, files))) == {
        *(f"{verb} /members/auth/{who}{end}" for who in ("github", "google") for verb, end in (("POST", ""), ("GET", "/callback"), ("POST", "/callback"))),
        "GET /v1/auth/sign_in",
        "POST /v1/auth/sign_in",
        "DELETE /v1/auth/sign_out",
        "GET /v1/auth/validate_token",
    }  # fmt: skip


def test_limits_of_nothing_watchers_of_assets_and_consoles(tmp_path: Path) -> None:
    compose = (
        "services:\n  web:\n    build:\n      context: .\n      target: app\n    ports: ['8000:8000']\n    deploy:\n      resources:\n"
        '        limits:\n          cpus: "${CPUS:-0}"\n          memory: "${MEMORY:-0}"\n'
        "  css:\n    build:\n      context: .\n      target: assets\n    command: ../run yarn:build:css\n"
    )
    files = {
        "Gemfile": 'gem "rails"\n',
        "Dockerfile": "FROM node:24 AS assets\nRUN yarn\nFROM ruby:3.4 AS app\nCOPY . .\nEXPOSE 8000\nCMD rails s\n",
        "compose.yaml": compose,
        "Procfile": "web: bundle exec puma\nconsole: bin/rails c\n",
    }
    context = _scan(tmp_path, files)
    assert {each.name for each in context.components} == {"web"}
    assert not _scale(context)


def test_schedules_of_rails_below_code_that_erb_runs(tmp_path: Path) -> None:
    recurring = '<% require_relative "../lib/shop" %>\n\nproduction:\n  clean:\n    class: CleanJob\n    schedule: every hour\n'
    files = {"Gemfile": 'gem "rails"\ngem "solid_queue"\n', "config/recurring.yml": recurring}
    context = _scan(tmp_path, files)
    assert [(each.name, each.schedule) for each in context.jobs] == [("clean", "every hour")]
    assert not context.diagnostics


def test_models_that_a_migration_declares_for_itself(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\n',
        "db/migrate/20260101000000_create_orders.rb": "class CreateOrders < ActiveRecord::Migration[8.0]\n  def change\n    create_table :orders do |t|\n      t.string :state\n    end\n  end\nend\n",
        "db/migrate/20260202000000_fill.rb": "class Fill < ActiveRecord::Migration[8.0]\n  class Order < ActiveRecord::Base; end\n\n  def up; end\nend\n",
        "app/models/order.rb": "class Order < ActiveRecord::Base\n  has_many :lines\n  validates :state, presence: true\nend\n",
    }
    (model,) = _scan(tmp_path, files).models
    assert (model.evidence[0].path, len(model.relations)) == ("app/models/order.rb", 1)


def test_code_is_of_the_class_or_module_around_it(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\n',
        "config/routes.rb": "Rails.application.routes.draw do\n  get '/up', to: 'orders#up'\nend\n",
        "app/models/order.rb": "class Order < ApplicationRecord\n  class Error < StandardError\n  end\n\n  validates :state, presence: true\nend\n",
        "app/models/concerns/priced.rb": "module Priced\n  included do\n    validates :price, presence: true\n  end\nend\n",
        "lib/retrying.rb": "class Retrying < Faraday::Middleware\n  def initialize(app)\n    super\n  end\n\n  def call(env)\n    @app.call(env)\n  end\nend\n",
        "lib/tenant.rb": "class Tenant\n  def initialize(app)\n    @app = app\n  end\n\n  def call(env)\n    @app.call(env)\n  end\nend\n",
    }
    told = {(each.kind, each.subject) for each in _scan(tmp_path, files).code}
    assert told == {("validation", "Order"), ("validation", "Priced"), ("middleware", "Tenant")}


def test_routes_that_an_engine_keeps_until_it_draws(tmp_path: Path) -> None:
    files = {
        "core/shop_core.gemspec": 'Gem::Specification.new do |s|\n  s.name = "shop_core"\n  s.add_dependency "rails"\nend\n',
        "core/lib/shop/core/engine.rb": "module Shop\n  module Core\n    class Engine < ::Rails::Engine\n      isolate_namespace Shop\n\n      def self.add_routes(&block)\n        kept << block\n      end\n    end\n  end\nend\n",
        "api/shop_api.gemspec": 'Gem::Specification.new do |s|\n  s.name = "shop_api"\n  s.add_dependency "rails"\nend\n',
        "api/config/routes.rb": "Shop::Core::Engine.add_routes do\n  namespace :api do\n    resources :orders, only: [:index]\n  end\nend\n",
        "api/app/controllers/shop/api/orders_controller.rb": (
            "module Shop\n  module Api\n    class OrdersController < ActionController::API\n      before_action :authenticate_user!\n\n      def index; end\n    end\n  end\nend\n"
        ),
    }
    (endpoint,) = _scan(tmp_path, files).endpoints
    assert (endpoint.path, endpoint.handler, endpoint.access) == ("/api/orders", "Shop::Api::OrdersController#index", "guarded")


@pytest.mark.parametrize(("extra", "kind"), [({}, "library"), ({"core/config.ru": "run Shop\n"}, "service")])
def test_a_gem_with_a_gemfile_is_a_library_unless_it_runs(tmp_path: Path, extra: dict[str, str], kind: str) -> None:
    files: dict[str, str | dict[str, object]] = {
        "core/shop_core.gemspec": 'Gem::Specification.new do |s|\n  s.name = "shop_core"\n  s.add_dependency "rails"\nend\n',
        "core/Gemfile": 'source "https://registry.example"\ngemspec\n',
        "core/lib/shop.rb": "module Shop\nend\n",
        **extra,
    }
    (component,) = _scan(tmp_path, files).components
    assert component.kind == kind


def test_routes_files_that_a_method_of_the_drawing_evaluates(tmp_path: Path) -> None:
    drawing = (
        'Rails.application.routes.draw do\n  def draw(name)\n    instance_eval(File.read(Rails.root.join("config/routes/#{name}.rb")))\n  end\n\n'
        "  devise_for :users, path_prefix: 'my', only: :sessions\n  draw :api\nend\n"
    )
    files = {
        "Gemfile": 'gem "rails"\ngem "devise"\n',
        "config/routes.rb": drawing,
        "config/routes/api.rb": "namespace :api do\n  resources :orders, only: [:index]\nend\n",
        "app/models/user.rb": "class User < ApplicationRecord\n  devise :database_authenticatable\nend\n",
    }
    assert set(_routes(_scan(tmp_path, files))) == {
        "GET /api/orders",
        "GET /my/users/sign_in",
        "POST /my/users/sign_in",
        "DELETE /my/users/sign_out",
    }


def test_classes_in_folders_that_are_loaded_like_the_one_around(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\n',
        "config/routes.rb": "Rails.application.routes.draw do\n  resources :leads, :users, only: :index\nend\n",
        "app/controllers/entities/leads_controller.rb": "class LeadsController < ApplicationController\n  before_action :authenticate_user!\n\n  def index; end\nend\n",
        "app/controllers/admin/users_controller.rb": "class Admin::UsersController < ApplicationController\n  before_action :authenticate_admin!\n\n  def index; end\nend\n",
        "app/models/entities/lead.rb": "class Lead < ApplicationRecord\n  belongs_to :user\nend\n",
        "app/models/crm/note.rb": "module Crm\n  class Note < ApplicationRecord\n  end\nend\n",
    }
    context = _scan(tmp_path, files)
    assert _routes(context) == {"GET /leads": "guarded", "GET /users": "unknown"}
    assert {each.name for each in context.models} == {"Lead", "Crm::Note"}


def test_an_engine_that_a_procfile_starts_is_no_worker(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\ngem "resque"\n',
        "Procfile": "web: bundle exec puma\nredis: redis-server config/redis.conf\nworkers: bundle exec resque-pool\n",
    }
    kinds = {each.name: each.kind for each in _scan(tmp_path, files).components}
    assert kinds == {"web": "service", "redis": "infrastructure", "workers": "worker"}


@pytest.mark.parametrize(
    ("compose", "shown"),
    [({}, {"mysql": "supported", "postgresql": "supported"}), ({"docker-compose.yml": "services:\n  db:\n    image: postgres:15\n"}, {"mysql": "supported", "postgresql": "default"})],
)  # fmt: skip
def test_settings_of_rails_for_each_of_several_databases(tmp_path: Path, compose: dict[str, str], shown: dict[str, str]) -> None:
    files = {
        "Gemfile": 'gem "rails"\ngem "pg"\ngem "mysql2"\n',
        "config/database.postgres.yml": "production:\n  adapter: postgresql\n",
        "config/database.yml.mysql": 'production:\n  adapter: mysql2\n  pool: <%= ENV["POOL"] || ENV["THREADS"] || 7 %>\n',
        **compose,
    }
    context = _scan(tmp_path, files)
    assert {each.technology: each.usage for each in context.datastores} == shown
    assert ("pool-size", "Active Record", "7") in _scale(context)


def test_a_sample_beside_the_file_that_is_used(tmp_path: Path) -> None:
    files = {
        "Gemfile": 'gem "rails"\ngem "pg"\n',
        "config/database.yml": "production:\n  adapter: postgresql\n  pool: 20\n",
        "config/database.yml.example": "production:\n  adapter: postgresql\n  pool: 5\n",
    }
    assert _scale(_scan(tmp_path, files)) == {("pool-size", "Active Record", "20")}


@pytest.mark.parametrize(
    ("condition", "told"), [("{ token: true }", "guarded"), (":signed_in?", "unknown"), ("[:signed_in?, :strict?]", "unknown")]
)
def test_filters_of_rails_under_conditions_of_any_kind(tmp_path: Path, condition: str, told: str) -> None:
    files = {
        "Gemfile": 'gem "rails"\n',
        "config/routes.rb": "Rails.application.routes.draw do\n  resources :orders, only: :index\nend\n",
        "app/controllers/orders_controller.rb": f"class OrdersController < ApplicationController\n  before_action :authenticate_user!, if: {condition}\n\n  def index; end\nend\n",
    }
    context = _scan(tmp_path, files)
    assert _routes(context) == {"GET /orders": told}
    assert not context.diagnostics
