"""What a path says of a file: the table of rules and of their limits."""

from __future__ import annotations

import pytest

from ctxgen.places import Places

PATHS = [
    "shop/__init__.py",
    "shop/examples/__init__.py",
    "shop/tests/__init__.py",
    "deploy/chart/Chart.yaml",
    "orders/pom.xml",
    "src/Web/Web.csproj",
    "src/Lib/samples/App/App.csproj",
    "src/Lib/Lib.csproj",
]


@pytest.mark.parametrize(
    ("path", "scope"),
    [
        ("orders/pom.xml", None),
        ("tests/Application.FunctionalTests/App.csproj", "test"),
        ("src/Shop.UnitTests/Shop.UnitTests.csproj", "test"),
        ("api-tests/package.json", "test"),
        ("latest/package.json", None),
        ("contest/package.json", None),
        ("e2e/package.json", "test"),
        ("tests2/package.json", "test"),
        ("test-migrations/compose.yml", "test"),
        ("packages/dev-server/test-plugins/reviews/plugin.ts", "test"),
        ("load-gen/requirements.txt", None),
        ("orders/src/test/java/OrderTest.java", "test"),
        ("orders/src/integrationTest/java/X.java", "test"),
        ("orders/src/main/java/org/springframework/samples/petclinic/Owner.java", None),
        ("orders/src/main/java/com/shop/test/Probe.java", None),
        ("src/main/java/com/shop/OrderServiceTest.java", "test"),
        ("internal/orders/store_test.go", "test"),
        ("src/orders/orders.service.spec.ts", "test"),
        ("shop/examples/models.py", None),
        ("shop/tests/test_models.py", "test"),
        ("examples/basic/go.mod", "docs"),
        ("src/Web/Quickstart/AccountController.cs", None),
        ("src/Web/Tests/OrderTests.cs", "test"),
        ("src/Lib/samples/App/Program.cs", "docs"),
        ("samples/Shop/Shop.csproj", "docs"),
        ("docs/requirements.txt", "docs"),
        ("website/package.json", "docs"),
        ("vendor/github.com/x/y/go.mod", "docs"),
        ("third_party/x/pom.xml", "docs"),
        ("public/assets/css/libs/icons/package.json", "docs"),
        ("src/Web/wwwroot/lib/jquery/package.json", "docs"),
        ("src/Web/Lib/Orders.cs", None),
        ("libs/assets/src/lib/asset.service.ts", None),
        ("src/public/lib/prices.ts", None),
        ("tools/TestSuite/docker-compose.yml", "test"),
        (".devcontainer/docker-compose.yml", "dev"),
        ("deploy/chart/templates/tests/check.yaml", "test"),
        (".github/workflows/test.yml", "dev"),
        ("buildSrc/src/main/groovy/shop/ReleasePlugin.groovy", "dev"),
        ("buildSrc/src/main/groovy/shop.dependencies.gradle", None),
    ],
)
def test_scope(path: str, scope: str | None) -> None:
    assert Places(PATHS, [each for each in PATHS if each.endswith(("pom.xml", ".csproj"))]).scope(path) == scope


def test_a_repository_of_examples_is_its_own_product() -> None:
    places = Places(["examples/a/go.mod", "examples/b/go.mod"], ["examples/a/go.mod", "examples/b/go.mod"])
    assert places.scope("examples/a/go.mod") is None
    assert places.scope("examples/a/main_test.go") == "test"


def test_templates_of_a_chart_are_what_the_product_deploys() -> None:
    templates = [f"templates/{number}.yaml" for number in range(30)]
    assert Places(templates, []).scope("templates/1.yaml") == "docs"
    assert Places(["Chart.yaml", *templates], []).scope("templates/1.yaml") is None
