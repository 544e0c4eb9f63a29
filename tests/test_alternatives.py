"""Engines among which a profile, a variant or a file of deployment chooses, and those that are simply used."""

from __future__ import annotations

from pathlib import Path

from test_rules import scanned, usages

SPRING = """<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>clinic</artifactId><version>1</version><dependencies>
<dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId></dependency>
<dependency><groupId>com.h2database</groupId><artifactId>h2</artifactId></dependency>
<dependency><groupId>com.mysql</groupId><artifactId>mysql-connector-j</artifactId></dependency>
<dependency><groupId>org.postgresql</groupId><artifactId>postgresql</artifactId></dependency></dependencies></project>"""


def test_engines_that_profiles_are_called_like_are_supported(tmp_path: Path) -> None:
    found = usages(
        scanned(
            tmp_path,
            {
                "pom.xml": SPRING,
                "src/main/resources/application-mysql.properties": "spring.datasource.url=jdbc:mysql://localhost/clinic\n",
                "src/main/resources/application-postgres.properties": "spring.datasource.url=jdbc:postgresql://localhost/clinic\n",
                "compose.yml": "services:\n  mysql:\n    image: mysql:9.2\n  postgres:\n    image: postgres:17\n",
            },
        )
    )
    assert (found["h2"], found["mysql"], found["postgresql"]) == ("default", "supported", "supported")


def test_a_compose_file_that_is_called_like_an_engine_deploys_an_alternative(tmp_path: Path) -> None:
    found = usages(
        scanned(
            tmp_path,
            {
                "requirements.txt": "django==5.0\npsycopg==3.2\nmysqlclient==2.2\n",
                "docker/compose.yml": "services:\n  db:\n    image: mysql:8.0\n",
                "docker/postgresql.yml": "services:\n  db:\n    image: postgres:16\n",
            },
        )
    )
    assert (found["mysql"], found["postgresql"]) == ("default", "supported")


def test_an_engine_of_its_own_component_stays_used(tmp_path: Path) -> None:
    found = usages(
        scanned(
            tmp_path,
            {
                "compose.yml": "services:\n  a:\n    build: a\n  b:\n    build: b\n  mysql:\n    image: mysql:8.0\n  pg:\n    image: postgres:16\n    profiles: [postgres]\n",
                "a/requirements.txt": "flask==3.0\npsycopg==3.2\n",
                "b/requirements.txt": "flask==3.0\nmysqlclient==2.2\n",
            },
        )
    )
    assert (found["mysql"], found["postgresql"]) == ("used", "used")


def test_variants_of_compose_for_engines_are_alternatives_to_what_code_begins_with(tmp_path: Path) -> None:
    def variant(service: str, image: str, client: str) -> str:
        return f"services:\n  server:\n    build: .\n    environment:\n      DB_CLIENT: {client}\n  {service}:\n    image: {image}\n"

    for number, read in enumerate(
        (
            'const spec = {\n  DB_CLIENT: str({ choices: ["pg", "mysql2"], default: "better-sqlite3" }),\n};\ncleanEnv(process.env, spec);\n',
            'module.exports = { client: process.env.DB_CLIENT || "better-sqlite3" };\n',
        )
    ):
        files = {
            "package.json": '{"name": "shop", "dependencies": {"express": "4", "pg": "8", "mysql2": "3", "better-sqlite3": "11"}}',
            "env.js": read,
            "docker-compose.yml": "services:\n  server:\n    build: .\n",
            "docker-compose.postgres.yml": variant("postgres", "postgres:17", "pg"),
            "docker-compose.mariadb.yml": variant("mariadb", "mariadb:10", "mysql2"),
            "Dockerfile": "FROM node:22\nCMD node index.js\n",
        }
        found = usages(scanned(tmp_path / str(number), files))
        assert found["sqlite"] == "default"
        assert {found[each] for each in ("postgresql", "mariadb", "mysql")} == {"supported"}
