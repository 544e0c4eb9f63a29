"""Settings readers: no text breaks them, no value gets out, and keys are what the formats say."""

from __future__ import annotations

import re
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ctxgen.documents import Unreadable
from ctxgen.facts import Facts
from ctxgen.model import ConfigKey, Fact, Variable
from ctxgen.opaque import Opaque
from ctxgen.readers import readers
from ctxgen.readers.spring import normal_key, placeholders
from ctxgen.reading import read_facts
from ctxgen.resolve import resolve
from ctxgen.resolve.settings import resolve as resolve_settings
from ctxgen.tree import File, Tree
from support import FIXTURES, listing

CASES = sorted(path for path in (FIXTURES / "readers" / "settings").iterdir() if path.is_dir())
FILES = {
    "read_spring_config": ("application.yml", "application-dev.properties"),
    "read_config_server_file": ("resources/orders.yml", "resources/orders.properties"),
    "read_appsettings": ("appsettings.json",),
    "read_launch_settings": ("launchSettings.json",),
    "read_framework_config": ("web.config",),
    "read_django_settings": ("shop/settings/prod.py",),
    "read_python_config": ("config.py",),
    "read_gunicorn_config": ("gunicorn.conf.py",),
    "read_celery_config": ("celeryconfig.py",),
    "read_pydantic_settings": ("config.py",),
    "read_prisma_schema": ("schema.prisma",),
    "read_rails_database": ("config/database.yml",),
    "read_ormconfig": ("ormconfig.json", "ormconfig.yml"),
    "read_sequelize_config": ("config/config.json",),
    "read_alembic_ini": ("alembic.ini",),
    "read_sqlc": ("sqlc.yaml",),
    "read_nest_cli": ("nest-cli.json",),
    "read_typeorm_source": ("data-source.ts",),
    "read_knexfile": ("knexfile.js",),
    "read_drizzle_config": ("drizzle.config.ts",),
    "read_mikro_orm_config": ("mikro-orm.config.ts",),
    "read_sequelize_source": ("config/config.js",),
    "read_laravel_config": ("config/database.php",),
    "read_symfony_config": ("config/packages/doctrine.yaml",),
    "read_script_variables": ("main.ts",),
    "read_python_variables": ("main.py",),
    "read_go_variables": ("main.go",),
    "read_jvm_variables": ("Main.java",),
    "read_dotnet_variables": ("Program.cs",),
    "read_php_variables": ("main.php",),
    "read_ruby_variables": ("app.rb",),
    "read_rust_variables": ("main.rs",),
    "read_elixir_variables": ("runtime.exs",),
}
LINES = sorted(
    {line for case in CASES for path in case.rglob("*") if path.is_file() for line in path.read_text().split("\n") if line.strip()}
)
TEXT = st.one_of(
    st.text(max_size=200),
    st.lists(st.sampled_from(LINES), max_size=25).map("\n".join),
    st.lists(st.sampled_from([*LINES, "(", "}", "[", '"', "if x:"]), max_size=12).map(" ".join),
)


@pytest.fixture(scope="module")
def tree(tmp_path_factory: pytest.TempPathFactory) -> Tree:
    return Tree(tmp_path_factory.mktemp("empty"))


def read(tree: Tree, reader: str, path: str, text: str) -> list[Fact]:
    """What a reader says of a text under a path."""
    file = File(tree, path)
    file.__dict__["data"] = text.encode("utf-8", errors="replace")
    return [found for found in readers()[reader].read(file) if isinstance(found, Fact)]


def keys(facts: list[Fact]) -> list[str]:
    return [fact.key for fact in facts if isinstance(fact, ConfigKey)]


@pytest.mark.parametrize("reader", FILES)
@given(text=TEXT)
def test_no_text_breaks_a_reader(tree: Tree, reader: str, text: str) -> None:
    for path in FILES[reader]:
        try:
            facts = read(tree, reader, path, text)
        except Unreadable:
            continue
        assert all(1 <= fact.at.line <= len(re.split(r"\r\n|\r|\n", text)) for fact in facts)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.name)
def test_no_planted_secret_is_listed(case: Path) -> None:
    planted = re.compile(r"planted[-\w]*", re.IGNORECASE)
    found = Tree(case)
    facts = resolve(read_facts(found))
    assert not planted.search(listing(facts, found.diagnostics))
    assert not planted.search(repr(list(facts)))


@given(st.lists(st.from_regex(r"[a-z]{2,7}", fullmatch=True), min_size=1, max_size=4))
def test_relaxed_binding_has_one_form(words: list[str]) -> None:
    camel = words[0] + "".join(word.capitalize() for word in words[1:])
    assert normal_key("spring." + "_".join(words)) == normal_key("spring." + "-".join(words)) == normal_key("spring." + camel)


@given(
    st.recursive(
        st.integers(0, 99),
        lambda inner: st.dictionaries(st.from_regex(r"[A-Z]{1,5}", fullmatch=True), inner, min_size=1, max_size=3),
        max_leaves=8,
    )
)
def test_literal_dictionaries_become_dotted_keys(tree: Tree, value: object) -> None:
    def dotted(prefix: str, node: object) -> list[str]:
        return [key for part, child in node.items() for key in dotted(f"{prefix}.{part}", child)] if isinstance(node, dict) else [prefix]

    assert keys(read(tree, "read_django_settings", "settings.py", f"ROOT_URLCONF = 'x'\nVALUE = {value!r}\n"))[1:] == dotted("VALUE", value)


def test_only_upper_case_placeholders_are_variables() -> None:
    found = list(placeholders("${HOST:db}:${app.port} ${PASS} ${lower:x} ${URL:http://${HOST}}"))
    assert [(variable, required) for variable, _, required in found] == [("HOST", False), ("PASS", True), ("URL", False), ("HOST", True)]


def test_defaults_and_other_settings_fill_placeholders(tree: Tree) -> None:
    text = "spring.datasource.url=${DATABASE_URL:jdbc:postgresql://db/x}\napp.host=cache\nspring.data.redis.url=redis://${app.host}:6379\n"
    facts = resolve_settings(Facts(read(tree, "read_spring_config", "application.properties", text)))
    found = {str(setting.key): setting for setting in facts.of(ConfigKey)}
    assert found["spring.datasource.url"].value.scheme() == "jdbc:postgresql"
    assert found["spring.data.redis.url"].value.host() == "cache"
    assert [place.line for place in found["spring.data.redis.url"].via] == [2]


@pytest.mark.parametrize(
    ("written", "scheme"),
    [
        ('env.db("URL", default="postgres://u:p@db/x")', "postgres"),
        ('os.environ.get("A", os.getenv("B", "redis://cache"))', "redis"),
        ('f"mysql://{USER}@db"', "mysql"),
        ('"amqp://" + HOST', "amqp"),
        ('os.getenv("A") or "mongodb://db"', "mongodb"),
        ('config("A", cast=str, default="sqlite:///x")', "sqlite"),
    ],
)
def test_schemes_of_python_settings(tree: Tree, written: str, scheme: str) -> None:
    facts = read(tree, "read_python_config", "config.py", f"VALUE = {written}\n")
    assert [setting.value.scheme() for setting in facts if isinstance(setting, ConfigKey)] == [scheme]


@pytest.mark.parametrize(
    ("written", "required"),
    [
        ('os.environ["X_1"]', True),
        ('os.environ.get("X_1")', None),
        ('os.environ.get("X_1", "d")', False),
        ('env("X_1")', True),
        ('env.bool("X_1", default=False)', False),
        ('env.int("X_1", 15)', False),
        ('env("X_1", "d")', False),
        ('env("X_1", int)', True),
        ('env.list("X_1", str, ["a"])', False),
        ('config("X_1")', True),
        ('config("X_1", Secret)', True),
        ('config("X_1", bool, False)', False),
        ('config("X_1", DEFAULT_SIZE)', False),
        ('envint("X_1", "3")', False),
        ('dj_database_url.config(env="X_1")', None),
    ],
)
def test_required_variables_of_python_settings(tree: Tree, written: str, required: bool | None) -> None:
    facts = read(tree, "read_python_config", "config.py", f"VALUE = {written}\n")
    assert [(variable.name, variable.required) for variable in facts if isinstance(variable, Variable)] == [("X_1", required)]


def test_engines_under_branches_say_their_condition(tree: Tree) -> None:
    text = (
        'ROOT_URLCONF = "x"\nif os.getenv("DB") == "postgres":\n    A = "p"\nelif DEBUG and not TESTING:\n    A = "d"\nelse:\n    A = "s"\n'
    )
    facts = read(tree, "read_django_settings", "settings.py", text)
    assert [fact.when for fact in facts if isinstance(fact, ConfigKey)][1:] == [
        "DB=postgres",
        "DEBUG and not TESTING",
        "not DB=postgres and not DEBUG and not TESTING",
    ]


def test_values_stay_opaque(tree: Tree) -> None:
    facts = read(tree, "read_python_config", "config.py", 'KEY = "hidden"\n')
    assert isinstance(facts[0], ConfigKey)
    assert str(facts[0].value) == "<opaque>"
    assert isinstance(facts[0].value, Opaque)


def test_conditions_tell_no_secret(tree: Tree) -> None:
    text = 'import django\nif os.environ["API_TOKEN"] == "hunter2":\n    A = 1\nif MODE == "a b, c":\n    B = 1\n'
    facts = read(tree, "read_django_settings", "settings.py", text)
    assert [fact.when for fact in facts if isinstance(fact, ConfigKey)] == ["API_TOKEN", "MODE"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ('import os\nA = os.environ["A_KEY"]\ndef call(environ, start): return environ["PATH_INFO"]\n', ["A_KEY"]),
        ('from os import environ\nA = environ["A_KEY"]\n', ["A_KEY"]),
        ('def view(request): return request.environ.get("REMOTE_USER")\n', []),
    ],
)
def test_what_a_request_states_is_no_variable(tree: Tree, text: str, expected: list[str]) -> None:
    assert [str(each.name) for each in read(tree, "read_python_variables", "web.py", text) if isinstance(each, Variable)] == expected


def test_products_of_integers_are_integers(tree: Tree) -> None:
    facts = read(tree, "read_python_config", "config.py", "AGE = 60 * (60 * 24)\nODD = 60 * minutes\nBIG = 9_999_999_999_999 * 2\n")
    assert [(setting.key, setting.value.integer()) for setting in facts if isinstance(setting, ConfigKey)] == [("AGE", 86400)]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("const a = process.env.A_KEY!", {"A_KEY": True}),
        ("const a = Number(process.env.A_KEY) || 3", {"A_KEY": False}),
        ("const a = process.env['A_KEY'] ?? 'x'", {"A_KEY": False}),
        ("const a = process.env.A_KEY as string", {"A_KEY": None}),
        ("if (!process.env.A_KEY) throw new Error()", {"A_KEY": True}),
        ("process.env.A_KEY = 'x'", {}),
        ("const { A_KEY, B_KEY = '3' } = process.env", {"A_KEY": None, "B_KEY": False}),
        ("const validationSchema = Joi.object({ A_KEY: Joi.string().required(), B_KEY: Joi.string() })", {"A_KEY": True, "B_KEY": False}),
        ("export const env = createEnv({ server: { A_KEY: z.string(), B_KEY: z.string().optional() } })", {"A_KEY": True, "B_KEY": False}),
        ("cleanEnv(process.env, { A_KEY: str(), B_KEY: port({ default: 3 }) })", {"A_KEY": True, "B_KEY": False}),
        ("convict({ a: { format: 'port', default: 3, env: 'A_KEY' } })", {"A_KEY": False}),
        ("import env from 'env-var'\nconst a = env.get('A_KEY').required().asString()", {"A_KEY": True}),
        ("config.get('A_KEY', 3); config.getOrThrow('B_KEY')", {"A_KEY": False, "B_KEY": True}),
        ("const a = Bun.env.A_KEY ?? 3; const b = Deno.env.get('B_KEY')", {"A_KEY": False, "B_KEY": None}),
        ("const shape = z.object({ A_KEY: z.string() })", {}),
    ],
)
def test_what_a_script_demands_of_its_environment(tree: Tree, text: str, expected: dict[str, bool | None]) -> None:
    found = [each for each in read(tree, "read_script_variables", "a.ts", text) if isinstance(each, Variable)]
    assert {str(each.name): each.required for each in found} == expected
