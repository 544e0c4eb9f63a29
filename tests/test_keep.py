"""The block kept in a file: written between its markers, told again the same way, and nothing else touched."""

from __future__ import annotations

import os
import shutil
import stat
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from support_git import git
from support_run import ctxgen

from ctxgen import kept
from ctxgen.kept import MarkerError, Options
from ctxgen.render.telling import Telling
from support import FIXTURES

BEGIN, END = "<!-- ctxgen:begin -->", "<!-- ctxgen:end -->"


@pytest.fixture
def shop(tmp_path: Path) -> Path:
    return Path(shutil.copytree(FIXTURES / "repos" / "shop", tmp_path / "shop"))


def said(done: object) -> str:
    return done.stderr.decode()  # type: ignore[attr-defined,no-any-return]


def test_a_new_file_is_written_and_then_holds(shop: Path) -> None:
    done = ctxgen(".", "--update", "AGENTS.md", cwd=shop)
    assert (done.returncode, done.stdout, said(done)) == (0, b"", "ctxgen: wrote AGENTS.md\n")
    text = (shop / "AGENTS.md").read_text()
    block = ctxgen(".", cwd=shop).stdout.decode()
    assert text == f"{BEGIN}\n{block}{END}\n"
    checked = ctxgen(".", "--check", "AGENTS.md", cwd=shop)
    assert (checked.returncode, checked.stdout, checked.stderr) == (0, b"", b"")
    assert said(ctxgen(".", "--update", "AGENTS.md", cwd=shop)) == "ctxgen: AGENTS.md is up to date\n"


def test_stale_is_told_with_a_diff(shop: Path) -> None:
    ctxgen(".", "--update", "AGENTS.md", "--sections", "database", cwd=shop)
    with (shop / "compose.yml").open("a") as compose:
        compose.write("  search:\n    image: opensearchproject/opensearch:2.11.0\n")
    before = (shop / "AGENTS.md").read_bytes()
    done = ctxgen(".", "--check", "AGENTS.md", cwd=shop)
    assert done.returncode == 1
    assert said(done) == "ctxgen: AGENTS.md is stale: --update writes what should be there\n"
    lines = done.stdout.decode().splitlines()
    assert lines[:2] == ["--- AGENTS.md", "+++ AGENTS.md (as it should be)"]
    changed = [line for line in lines[2:] if line[0] in "+-"]
    assert len(changed) == 2
    assert "OpenSearch 2.11.0" in changed[1]
    assert (shop / "AGENTS.md").read_bytes() == before


@pytest.mark.parametrize(
    ("before", "after"),
    [
        ("# Rules\n\nBe kind.\n\n", "\n\nMore.\n"),
        ("# Rules\r\n\r\n", "\r\nMore, without an end"),
        ("\ufeff# Rules\n", ""),
        ("\ufeff", "\r\n"),
        ("    indented\n\t", "\nx\x0b\x0c\u2028y\r\n"),
        (
            "```\n<!-- ctxgen:begin -->\n```\n~~~~md\n<!-- ctxgen:end -->\n```\n~~~~\n",
            "\nBoth markers `<!-- ctxgen:begin -->` in a line.\n",
        ),
    ],
)
def test_everything_around_the_block_stays(shop: Path, before: str, after: str) -> None:
    newline = "\r\n" if after.startswith("\r\n") else "\n"
    file = shop / "README.md"
    file.write_bytes(f"{before}{BEGIN}{newline}old{newline}{END}{after}".encode())
    assert ctxgen(".", "--update", "README.md", "--budget", "200", cwd=shop).returncode == 0
    text = file.read_bytes().decode()
    assert text.startswith(before + "<!-- ctxgen:begin --budget 200 -->" + newline)
    assert text.endswith(newline + before.rpartition("\n")[2].strip("\ufeff") + END + after)
    assert "old" not in text
    assert "PostgreSQL 15.4" in text
    if newline == "\r\n":
        assert text.count("\n") == text.count("\r\n")
    assert ctxgen(".", "--check", "README.md", cwd=shop).returncode == 0


def test_a_file_without_markers_gets_a_block_behind(shop: Path) -> None:
    (shop / "CLAUDE.md").write_bytes(b"# Rules\r\n\r\nBe kind.")
    ctxgen(".", "--update", "CLAUDE.md", cwd=shop)
    text = (shop / "CLAUDE.md").read_bytes().decode()
    assert text.startswith(f"# Rules\r\n\r\nBe kind.\r\n\r\n{BEGIN}\r\n# Essential")
    assert text.endswith(f"\r\n{END}\r\n")
    assert text.count("\n") == text.count("\r\n")


def test_options_are_kept_in_the_marker_and_can_be_changed(shop: Path) -> None:
    marker = "<!-- ctxgen:begin --format issue --budget 300 --detail brief --sections stack,scale --no-evidence -->"
    ctxgen(".", "--update", "A.md", "--budget", "300", "--sections", "stack,scale", "--no-evidence", "--format", "issue", "--detail", "brief", cwd=shop)  # fmt: skip
    assert (shop / "A.md").read_text().startswith(f"{marker}\n<details>")
    assert ctxgen(".", "--check", "A.md", cwd=shop).returncode == 0
    ctxgen(".", "--update", "A.md", "--budget", "400", cwd=shop)
    assert (shop / "A.md").read_text().startswith(marker.replace("300", "400"))


def test_lines_of_the_file_itself_are_cited_where_they_are_afterwards(shop: Path) -> None:
    (shop / "README.md").write_text(f"{BEGIN}\n{END}\n\nThe shop follows the GDPR in everything it stores.\n")
    assert ctxgen(".", "--update", "README.md", cwd=shop).returncode == 0
    lines = (shop / "README.md").read_text().splitlines()
    at = next(number for number, line in enumerate(lines, 1) if "The shop follows the GDPR" in line)
    assert any(f"README.md:{at}" in line for line in lines)
    assert ctxgen(".", "--check", "README.md", cwd=shop).returncode == 0


@pytest.mark.parametrize(
    ("text", "message"),
    [
        (f"a\n{BEGIN}\nb\n", "A.md:2: a block begins here"),
        (f"a\n{END}\nb\n", "A.md:2: a block ends here"),
        (f"{END}\n{BEGIN}\n", "A.md:1: a block ends here"),
        (f"{BEGIN}\n{END}\n{BEGIN}\n{END}\n", "A.md:3: the marker stands here again"),
        (f"{BEGIN}\n{BEGIN}\n{END}\n", "A.md:2: the marker stands here again"),
        (f"{BEGIN}\n{END}\n{END}\n", "A.md:3: the marker stands here again"),
        ("<!-- ctxgen:begin --output /etc/passwd -->\n<!-- ctxgen:end -->\n", "A.md:1: the marker has an option"),
        ("<!-- ctxgen:begin --budget 1e9 -->\n<!-- ctxgen:end -->\n", "A.md:1: the marker has an option"),
        ("<!-- ctxgen:begin --detail -->\n<!-- ctxgen:end -->\n", "A.md:1: the marker has an option"),
        ("<!-- ctxgen:begin --format json -->\n<!-- ctxgen:end -->\n", "A.md:1: the marker has an option"),
    ],
)
@pytest.mark.parametrize("option", ["--update", "--check"])
def test_wrong_markers_are_an_error_not_a_guess(shop: Path, text: str, message: str, option: str) -> None:
    (shop / "A.md").write_text(text)
    (shop / "B.md").write_text(f"{BEGIN}\n{END}\n")
    done = ctxgen(".", option, "B.md", option, "A.md", cwd=shop)
    assert done.returncode == 2
    assert said(done).startswith(f"ctxgen: {message}")
    assert said(done).count("\n") == 1
    assert (shop / "A.md").read_text() == text
    assert (shop / "B.md").read_text() == f"{BEGIN}\n{END}\n"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (("--check", "nowhere.md"), "no such file: 'nowhere.md'"),
        (("--check", "README.md"), "README.md: has no block"),
        (("--update", "fence.md"), "fence.md:3: the file ends within fenced code"),
        (("--update", "nowhere/A.md"), "no such folder: 'nowhere'"),
        (("--update", "orders"), "'orders' is not a file"),
        (("--update", "latin.md"), "'latin.md' is not UTF-8"),
        (("--update", "utf16.md"), "'utf16.md' is not UTF-8"),
        (("--update", "pipe.md"), "'pipe.md' is not a file"),
        (("--update", "out.md"), "'out.md' is a link that leaves the repository"),
        (("--update", "out/A.md"), "'out/A.md' is a link that leaves the repository"),
        (("--update", "A.md", "--check", "A.md"), "--update and --check are two runs"),
        (("--per-component",), "--per-component goes with"),
        (("--update", "A.md", "--format", "json"), "a block is kept as markdown, issue, xml or text"),
        (("--update", "A.md", "--rev", "v1"), "--update and --check are for files of a folder as it is"),
        (("--update", "A.md", "-o", "B.md"), "--update and --check are for files of a folder as it is"),
    ],
)
def test_bad_input_is_one_line(shop: Path, tmp_path: Path, arguments: tuple[str, ...], message: str) -> None:
    (shop / "latin.md").write_bytes(b"caf\xe9\n")
    (shop / "utf16.md").write_bytes("text".encode("utf-16"))
    (shop / "fence.md").write_text("```\nx\n")
    os.mkfifo(shop / "pipe.md")
    (tmp_path / "elsewhere").mkdir()
    (tmp_path / "elsewhere.md").write_text("mine\n")
    (shop / "out.md").symlink_to(tmp_path / "elsewhere.md")
    (shop / "out").symlink_to(tmp_path / "elsewhere")
    done = ctxgen(".", *arguments, cwd=shop)
    assert done.returncode == 2
    assert said(done).startswith(f"ctxgen: {message}")
    assert said(done).count("\n") == 1
    assert not (shop / "A.md").exists()
    assert (tmp_path / "elsewhere.md").read_text() == "mine\n"
    assert not list((tmp_path / "elsewhere").iterdir())


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_folder_that_cannot_be_written(shop: Path) -> None:
    (shop / "docs").mkdir(mode=0o500)
    done = ctxgen(".", "--update", "docs/A.md", cwd=shop)
    assert (done.returncode, said(done)) == (3, "ctxgen: cannot write 'docs/A.md'\n")


def test_a_file_that_is_read_only(shop: Path) -> None:
    (shop / "A.md").write_text("# Rules\n")
    (shop / "A.md").chmod(0o444)
    done = ctxgen(".", "--update", "B.md", "--update", "A.md", cwd=shop)
    assert (done.returncode, said(done)) == (3, "ctxgen: cannot write 'A.md': it is read-only\n")
    assert (shop / "A.md").read_text() == "# Rules\n"
    assert not (shop / "B.md").exists()


def test_a_link_inside_and_the_mode_stay(shop: Path) -> None:
    (shop / "AGENTS.md").write_text("# Rules\n")
    (shop / "AGENTS.md").chmod(0o640)
    (shop / "CLAUDE.md").symlink_to("AGENTS.md")
    ctxgen(".", "--update", "CLAUDE.md", cwd=shop)
    assert (shop / "CLAUDE.md").is_symlink()
    assert BEGIN in (shop / "AGENTS.md").read_text()
    assert stat.S_IMODE((shop / "AGENTS.md").stat().st_mode) == 0o640


def test_the_block_does_not_depend_on_the_folder(shop: Path, tmp_path: Path) -> None:
    git(shop, "init", "-q")
    git(shop, "remote", "add", "origin", "git@host.example:owner/store.git")
    ctxgen(".", "--update", "AGENTS.md", cwd=shop)
    assert "Context: store\n" in (shop / "AGENTS.md").read_text()
    other = Path(shutil.copytree(shop, tmp_path / "checkout"))
    assert ctxgen(".", "--check", "AGENTS.md", cwd=other).returncode == 0


# ---------------------------------------------------------------------------------------------- per component


def test_per_component(shop: Path) -> None:
    done = ctxgen(".", "--update", "AGENTS.md", "--per-component", cwd=shop)
    written = sorted(path.relative_to(shop).as_posix() for path in shop.rglob("AGENTS.md"))
    assert written == ["AGENTS.md", "gateway/AGENTS.md", "mailer/AGENTS.md", "orders/AGENTS.md", "web/AGENTS.md"]
    assert said(done) == "".join(f"ctxgen: wrote {path}\n" for path in written)
    orders, web = (shop / "orders/AGENTS.md").read_text(), (shop / "web/AGENTS.md").read_text()
    assert "PostgreSQL 15.4 for orders" in orders
    assert "Express" not in orders
    assert "Redis 7.0-alpine" in web
    assert "Spring" not in web
    for path in written:
        assert ctxgen(".", "--check", path, cwd=shop).returncode == 0
    (shop / "web/package.json").write_text((shop / "web/package.json").read_text().replace("^4.18.2", "5.1.0"))
    done = ctxgen(".", "--check", "AGENTS.md", cwd=shop)
    assert done.returncode == 1
    assert said(done) == "ctxgen: AGENTS.md, web/AGENTS.md are stale: --update writes what should be there\n"
    assert ctxgen(".", "--check", "orders/AGENTS.md", cwd=shop).returncode == 0
    assert ctxgen(".", "--check", "web/AGENTS.md", cwd=shop).returncode == 1


def test_a_block_of_a_component_that_is_gone(shop: Path) -> None:
    ctxgen(".", "--update", "AGENTS.md", "--per-component", cwd=shop)
    (shop / "old").mkdir()
    shutil.copy(shop / "web/AGENTS.md", shop / "old/AGENTS.md")
    done = ctxgen(".", "--check", "AGENTS.md", cwd=shop)
    assert done.returncode == 1
    assert said(done).startswith("ctxgen: old/AGENTS.md is of a component that is not there any more")
    assert "old/AGENTS.md has a block of a component that is not there any more" in said(ctxgen(".", "--update", "AGENTS.md", cwd=shop))


def test_a_long_chain_is_warned_of(shop: Path) -> None:
    (shop / "AGENTS.md").write_text("x" * 20_000 + "\n")
    (shop / "web/AGENTS.md").write_text("y" * 14_000 + "\n")
    done = ctxgen(".", "--update", "AGENTS.md", "--per-component", cwd=shop)
    assert done.returncode == 0
    warned = [line for line in said(done).splitlines() if "KiB" in line]
    assert len(warned) == 1
    assert warned[0].startswith("ctxgen: web/AGENTS.md: the AGENTS.md files from the root to here have")


# ---------------------------------------------------------------------------------------------- the markers' text

OPTIONS = st.builds(
    Options,
    st.builds(
        Telling,
        format=st.sampled_from([None, "issue", "xml", "text"]),
        budget=st.none() | st.integers(150, 1_000_000),
        detail=st.sampled_from([None, "brief", "standard", "full"]),
        sections=st.sampled_from([(), ("stack",), ("scale", "not-stated")]),
        evidence=st.booleans(),
        diagram=st.booleans(),
    ),
    st.booleans(),
)


@given(OPTIONS)
def test_options_come_back_as_they_were_written(options: Options) -> None:
    found = kept.find(kept.write(kept.appended("a\n"), options, "block\n"))
    assert found is not None
    assert found.options == options


WORDS = st.sampled_from(["\n", "\r\n", "a", " ", "`", "~~~", BEGIN, END, "<!-- ctxgen:begin --budget 200 -->", "\ufeff", "\t"])


@given(st.lists(WORDS, max_size=40).map("".join))
def test_any_text_is_a_block_or_an_error_and_written_twice_is_written_once(text: str) -> None:
    try:
        place = kept.find(text) or kept.appended(text)
    except MarkerError:
        return
    written = kept.write(place, place.options, "one\n\ntwo\n")
    again = kept.find(written)
    assert again is not None
    assert kept.write(again, again.options, "one\n\ntwo\n") == written
    assert again.before == place.before
    assert again.after == place.after
