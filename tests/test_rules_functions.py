"""Functions that a platform runs: whose project they are, what the pattern is, and who signs people in."""

from __future__ import annotations

from pathlib import Path

from test_rules import scanned as _scan

from ctxgen.context import Context

SAM = """Transform: AWS::Serverless-2016-10-31
Globals:
  Function:
    Runtime: python3.12
    Handler: main.handler
Resources:
  Create:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: src/create/
      Events:
        Api:
          Type: Api
          Properties: {Path: /items, Method: POST}
  Changed:
    Type: AWS::Serverless::Function
    Properties:
      CodeUri: ./src/changed
"""
SIGN_IN = """Resources:
  People:
    Type: AWS::Cognito::UserPool
  Api:
    Type: AWS::AppSync::GraphQLApi
    Properties:
      AuthenticationType: API_KEY
      AdditionalAuthenticationProviders:
        - AuthenticationType: AMAZON_COGNITO_USER_POOLS
        - AuthenticationType: AWS_IAM
"""
HANDLER = "def handler(event, context):\n    return {}\n"


def _services(context: Context) -> list[str]:
    return [part.path for part in context.components if part.kind == "service"]


def _project(folder: str) -> dict[str, str]:
    return {
        f"{folder}template.yaml": SAM,
        f"{folder}src/create/main.py": HANDLER,
        f"{folder}src/create/requirements.txt": "requests==2.32.0\n",
        f"{folder}src/changed/main.py": HANDLER,
        f"{folder}src/changed/requirements.txt": "aws-lambda-powertools==3.1.0\n",
    }


def test_each_template_is_a_service_of_all_its_functions(tmp_path: Path) -> None:
    context = _scan(tmp_path, {**_project("orders/"), **_project("payments/"), **_project("stock/")})
    assert [(part.path, part.kind, part.language) for part in context.components] == [
        (folder, "service", "Python") for folder in ("orders", "payments", "stock")
    ]
    assert context.architecture.pattern == "serverless"
    assert {endpoint.component for endpoint in context.endpoints} == {"orders", "payments", "stock"}
    by_id = {each.id: each for each in context.technologies}
    assert by_id["aws-lambda"].version is None  # what is written for it has a version, it has none
    assert by_id["aws-lambda-powertools"].version == "==3.1.0"


def test_a_template_at_the_root_and_one_whose_code_lies_elsewhere(tmp_path: Path) -> None:
    assert _services(_scan(tmp_path / "root", _project(""))) == ["."]
    elsewhere = {
        "deploy/template.yaml": SAM.replace("src/", "../api/").replace("./..", ".."),
        "api/requirements.txt": "requests\n",
        "api/create/main.py": HANDLER,
    }
    assert _services(_scan(tmp_path / "elsewhere", elsewhere)) == ["api"]


def test_functions_are_serverless_and_what_has_an_image_is_not(tmp_path: Path) -> None:
    files = {
        "package.json": '{"name": "orders", "dependencies": {"express": "^4.0.0", "serverless-http": "^3.0.0"}}',
        "serverless.yml": "provider: {name: aws, runtime: nodejs20.x}\nfunctions:\n  list:\n    handler: src/list.handler\n",
        "src/list.js": "exports.handler = async () => ({})\n",
    }
    assert _scan(tmp_path / "functions", files).architecture.pattern == "serverless"
    built = {**files, "Dockerfile": 'FROM registry.example/node:20\nCMD ["node", "src/list.js"]\nEXPOSE 3000\n'}
    assert _scan(tmp_path / "image", built).architecture.pattern == "monolith"


def test_user_pools_sign_in_and_appsync_says_how(tmp_path: Path) -> None:
    context = _scan(tmp_path, {**_project("orders/"), "front/template.yaml": SIGN_IN})
    assert {each.mechanism for each in context.security.mechanisms} == {"jwt", "api-key"}
    assert {each.id: each.scope for each in context.technologies}["cognito"] == "backend"
