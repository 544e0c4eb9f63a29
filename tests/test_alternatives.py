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
