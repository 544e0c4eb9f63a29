"""Rules for repositories in Python, each on a small tree of its own."""

from __future__ import annotations

from pathlib import Path

import pytest
from test_rules import scanned as _scan

from ctxgen.catalogue import load
from ctxgen.context import Context
from ctxgen.render import markdown
from ctxgen.source.python.urlconf import from_regex


def _mechanisms(context: Context) -> set[str]:
    return {each.mechanism for each in context.security.mechanisms}


def _block(context: Context) -> str:
    return markdown.render(context, load(), budget=None, detail="standard", evidence=False, header=False)


@pytest.mark.parametrize(
    ("line", "shown"),
    [
        ("session['user_id'] = user.id", {"session"}),
        ("session['logged_in'] = True", {"session"}),
        ("session['is_admin'] = True", {"session"}),
        ('flask.session["id"] = user["id"]', {"session"}),
        ("session['next'] = request.url", set()),
        ("if session['user_id'] == 1: pass", set()),
        ("# session['user_id'] = user.id", set()),
    ],
)
def test_the_session_in_which_flask_keeps_who_signed_in(tmp_path: Path, line: str, shown: set[str]) -> None:
    source = f"from flask import Flask, session\napp = Flask(__name__)\n@app.post('/login')\ndef login():\n    {line}\n"
    assert _mechanisms(_scan(tmp_path, {"requirements.txt": "flask==3.0\n", "app.py": source})) == shown


def test_revisions_of_alembic_by_whatever_name(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "alembic==1.13\nsqlalchemy==2.0\npsycopg==3.2\nflask==3.0\n",
        "db/versions/__init__.py": "",
        "db/versions/2026-01-04_first_dc54b25d8b6c.py": "revision = 'dc54b25d8b6c'\n",
        "db/versions/2026.02.04-19.56_second.py": "revision = 'a'\n",
        "db/versions/0a1b_third.py": "revision = 'b'\n",
    }
    (store,) = _scan(tmp_path, files).datastores
    assert store.migrations is not None
    assert store.migrations.count == 3


def test_a_service_that_is_called_like_a_worker_and_serves(tmp_path: Path) -> None:
    files = {
        "pyproject.toml": '[project]\nname = "dispatch"\nversion = "1"\ndependencies = ["fastapi==0.115", "uvicorn"]\n',
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "Dockerfile": 'FROM python:3.12\nCOPY . .\nEXPOSE 8000\nENTRYPOINT ["dispatch"]\n',
    }
    kinds = {each.name: each.kind for each in _scan(tmp_path, files).components}
    assert kinds["dispatch"] == "service"


def test_the_database_of_a_product_stands_before_its_cache(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django==5.2\npsycopg==3.2\nredis==7.0\n",
        "shop/settings.py": (
            "import os\nDATABASES = {'default': {'ENGINE': os.getenv('DB_ENGINE', 'django.db.backends.postgresql')}}\n"
            "CACHES = {'default': {'BACKEND': 'django.core.cache.backends.redis.RedisCache', 'LOCATION': 'redis://cache:6379'}}\n"
        ),
    }
    said = _block(_scan(tmp_path, files))
    assert 0 < said.index("PostgreSQL") < said.index("Redis")


@pytest.mark.parametrize(
    ("classifier", "kind"), [("Topic :: Software Development :: Libraries", "library"), ("Framework :: Django", "service")]
)
def test_a_package_that_its_author_calls_a_library(tmp_path: Path, classifier: str, kind: str) -> None:
    manifest = f'[project]\nname = "shop-tools"\nversion = "1"\ndependencies = ["django>=5"]\nclassifiers = ["{classifier}"]\n'
    files = {"pyproject.toml": manifest, "shop_tools/__init__.py": "from django.http import HttpResponse\n"}
    assert [each.kind for each in _scan(tmp_path, files).components] == [kind]


@pytest.mark.parametrize(
    ("command", "kind"),
    [("/scripts/init bin/threaded.rb", "worker"), ("bundle exec puma -p 4000", "service"), ("bin/rails server", "service")],
)
def test_a_service_beside_the_server_of_its_image(tmp_path: Path, command: str, kind: str) -> None:
    files = {
        "requirements.txt": "django==5.2\n",
        "manage.py": "import django\n",
        "Dockerfile": "FROM python:3.13\nCOPY . .\nEXPOSE 3000\nCMD python manage.py runserver\n",
        "compose.yml": f"services:\n  web:\n    build: .\n    ports: ['3000:3000']\n  threaded:\n    build: .\n    command: {command}\n",
    }
    assert {each.name: each.kind for each in _scan(tmp_path, files).components}["threaded"] == kind


def test_a_worker_of_celery_by_its_name_alone(tmp_path: Path) -> None:
    compose = "services:\n  backend:\n    build: .\n    ports: ['80:80']\n  celeryworker:\n    build: .\n  celerybeat:\n    build: .\n"
    files = {
        "requirements.txt": "fastapi==0.115\ncelery==5.4\n",
        "main.py": "from fastapi import FastAPI\napp = FastAPI()\n",
        "Dockerfile": "FROM python:3.13\nCOPY . .\n",
        "compose.yml": compose,
    }
    kinds = {each.name: each.kind for each in _scan(tmp_path, files).components}
    assert kinds == {"backend": "service", "celeryworker": "worker", "celerybeat": "worker"}


def test_the_project_below_the_dockerfile_that_installs_something(tmp_path: Path) -> None:
    files = {
        "compose.yml": "services:\n  backend:\n    build:\n      context: ./backend\n      dockerfile: backend.dockerfile\n    ports: ['80:80']\n",
        "backend/backend.dockerfile": "FROM python:3.13\nCOPY ./app/ /app/\nRUN pip install gunicorn\n",
        "backend/app/pyproject.toml": '[project]\nname = "app"\nversion = "1"\ndependencies = ["inboard[fastapi]==0.56"]\n',
        "backend/app/main.py": "from fastapi import FastAPI\napp = FastAPI()\n@app.get('/up')\ndef up(): ...\n",
    }
    context = _scan(tmp_path, files)
    assert [(each.name, each.path, each.kind) for each in context.components] == [("backend", "backend/app", "service")]
    assert [(each.path, each.component) for each in context.endpoints] == [("/up", "backend")]


def test_what_handles_errors_is_told_before_the_variable_of_what_it_handles(tmp_path: Path) -> None:
    flask = (
        "from flask import Flask\n\ndef render_error(error): ...\n\ndef create():\n    app = Flask(__name__)\n"
        "    for code in (403, 404):\n        app.register_error_handler(code, render_error)\n    return app\n"
    )
    rest = (
        "from rest_framework.views import exception_handler\n\ndef shop_exceptions(exc, context):\n"
        "    response = exception_handler(exc, context)\n    return response\n"
    )
    files = {"requirements.txt": "flask==3.0\ndjango==5.2\ndjangorestframework==3.16\n", "app.py": flask, "shop/errors.py": rest}
    files["shop/settings.py"] = (
        "INSTALLED_APPS = ['rest_framework']\nREST_FRAMEWORK = {'EXCEPTION_HANDLER': 'shop.errors.shop_exceptions'}\n"
    )
    told = {each.subject for each in _scan(tmp_path, files).code if each.kind == "error-handler"}
    assert told == {"render_error", "shop_exceptions"}


def test_settings_of_django_in_modules_of_any_name(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django==5.2\n",
        "config/django/base.py": "ROOT_URLCONF = 'config.urls'\nMIDDLEWARE = ['django.contrib.sessions.middleware.SessionMiddleware']\nSECURE_SSL_REDIRECT = False\n",
        "config/django/production.py": "from .base import *\n\nALLOWED_HOSTS = ['shop.example']\nSECURE_SSL_REDIRECT = True\n",
        "config/urls.py": "from django.urls import path\nfrom shop.views import up\nurlpatterns = [path('up/', up)]\n",
        "shop/views.py": "def up(request): ...\n",
        "shop/base.py": "from shop.base import *\nDEBUG = True\n",
    }
    context = _scan(tmp_path, files)
    assert _mechanisms(context) == {"session"}
    assert {each.value for each in context.security.settings if each.name == "TLS: redirect to HTTPS"} == {"off", "on (production)"}


def test_dependencies_of_a_route_guard_by_what_they_depend_on(tmp_path: Path) -> None:
    source = (
        "from fastapi import Depends, FastAPI\n\ndef get_current_user(): ...\n\ndef pick_tenant(user=Depends(get_current_user)): ...\n\n"
        "def pick_page(size: int = Depends(get_size)): ...\n\napp = FastAPI()\n\n"
        "@app.get('/held', dependencies=[Depends(pick_tenant)])\ndef held(): ...\n\n@app.get('/free', dependencies=[Depends(pick_page)])\ndef free(): ...\n"
    )
    access = {each.path: each.access for each in _scan(tmp_path, {"requirements.txt": "fastapi==0.115\n", "main.py": source}).endpoints}
    assert access == {"/held": "guarded", "/free": "unknown"}


def test_clients_are_told_by_whom_they_call(tmp_path: Path) -> None:
    source = "import requests\nfrom flask import Flask\napp = Flask(__name__)\n@app.get('/')\ndef rates():\n    return requests.get('https://api.rates.example/v1').json()\n"
    said = _block(_scan(tmp_path, {"requirements.txt": "flask==3.0\nrequests==2.32\n", "app.py": source}))
    assert "calls `api.rates.example`" in said


def test_settings_of_one_name_in_two_services(tmp_path: Path) -> None:
    base = "from pydantic_settings import BaseSettings, SettingsConfigDict\n\nclass CommonSettings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='{}_')\n"
    heir = "from config.base import CommonSettings\n\nclass Settings(CommonSettings):\n    {}: int = 1\n"
    files = {"requirements.txt": "fastapi==0.115\npydantic-settings==2.7\n"}
    for service, field in (("orders", "page"), ("stock", "limit")):
        files |= {f"{service}/config/base.py": base.format(service), f"{service}/app/config.py": heir.format(field)}
    assert {each.name for each in _scan(tmp_path, files).environment} == {"ORDERS_PAGE", "STOCK_LIMIT"}


def test_settings_that_extend_those_of_another_file(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi==0.115\npydantic-settings==2.7\n",
        "app/base.py": "from pydantic_settings import BaseSettings, SettingsConfigDict\n\nclass BaseAppSettings(BaseSettings):\n    model_config = SettingsConfigDict(env_prefix='shop_')\n    stage: str = 'prod'\n",
        "app/settings.py": "from pydantic import Field\nfrom app.base import BaseAppSettings\n\nclass AppSettings(BaseAppSettings):\n    database_url: str\n    page: int = Field(20, alias='PAGE_SIZE')\n",
        "app/prod.py": "from app.settings import AppSettings\n\nclass ProdSettings(AppSettings):\n    workers: int = 4\n",
        "app/schemas.py": "from pydantic import BaseModel\nfrom app.users import UserSettings\n\nclass NotificationSettings(UserSettings):\n    by_mail: bool = True\n",
        "app/users.py": "from pydantic import BaseModel\n\nclass UserSettings(BaseModel):\n    theme: str\n",
    }
    context = _scan(tmp_path, files)
    assert {(each.name, each.required) for each in context.environment} == {
        ("SHOP_STAGE", False),
        ("SHOP_DATABASE_URL", True),
        ("PAGE_SIZE", False),
        ("SHOP_WORKERS", False),
    }


def test_namespaces_of_classes_that_extend_the_library_s(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask==3.0\nflask-restx==1.3\n",
        "shop/api.py": "from flask import Blueprint\nfrom flask_restx import Api, Namespace as Base\n\nclass Namespace(Base):\n    def commit(self): ...\n\nblueprint = Blueprint('api', __name__, url_prefix='/api')\napi = Api(blueprint)\n",
        "shop/orders/resources.py": "from flask_restx import Resource\nfrom shop.api import Namespace\nns = Namespace('orders')\n\n@ns.route('/<int:id>')\nclass Order(Resource):\n    def get(self, id): ...\n",
        "shop/orders/__init__.py": "from shop.api import api\n\ndef init_app(app, **options):\n    from . import resources\n    api.add_namespace(resources.ns)\n",
        "shop/app.py": "from importlib import import_module\nfrom flask import Flask\nfrom shop.api import blueprint\n\ndef create_app():\n    app = Flask(__name__)\n    app.register_blueprint(blueprint)\n    for each in app.config['MODULES']:\n        import_module(each).init_app(app)\n    return app\n",
    }
    assert [each.path for each in _scan(tmp_path, files).endpoints] == ["/api/orders/{id}"]


@pytest.mark.parametrize(
    ("start", "told"),
    [
        ("app = Litestar(route_handlers=[orders, up, login], on_app_init=[auth.on_app_init])\n", "guarded"),
        ("class Core:\n    def on_app_init(self, config):\n        return auth.on_app_init(config)\n\napp = Litestar(route_handlers=[orders, up, login], plugins=[Core()])\n", "guarded"),
        ("app = Litestar(route_handlers=[orders, up, login])\n", "unknown"),
    ],
)  # fmt: skip
def test_who_is_asked_by_a_security_backend_of_litestar(tmp_path: Path, start: str, told: str) -> None:
    source = (
        "from litestar import Litestar, get, post\nfrom litestar.security.jwt import JWTAuth\n\n"
        "auth = JWTAuth[dict](retrieve_user_handler=find, token_secret=SECRET, exclude=['^/login', '/schema'])\n\n"
        "@get('/orders')\nasync def orders() -> list: ...\n\n@get('/up', exclude_from_auth=True)\nasync def up() -> None: ...\n\n"
        f"@post('/login/{{kind:str}}')\nasync def login(kind: str) -> str: ...\n\n{start}"
    )
    context = _scan(tmp_path, {"requirements.txt": "litestar[jwt]==2.19\n", "app.py": source})
    access = {each.path: each.access for each in context.endpoints}
    assert access == {"/orders": told, "/up": "public", "/login/{kind}": "unknown"}


def test_urls_of_libraries_answer_below_their_prefix(tmp_path: Path) -> None:
    urls = (
        "from django.urls import include, path\nfrom wagtail.admin import urls as wagtailadmin_urls\nurlpatterns = [\n"
        "    path('admin/', include(wagtailadmin_urls)),\n    path('accounts/', include('allauth.urls')),\n    path('__debug__/', include('debug_toolbar.urls')),\n]\n"
    )
    files = {
        "requirements.txt": "django==5.2\nwagtail==7.4\n",
        "shop/settings.py": "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = []\n",
        "shop/urls.py": urls,
    }
    told = [(each.method, each.path, each.handler) for each in _scan(tmp_path, files).endpoints]
    assert told == [("ANY", "/accounts/", "allauth.urls"), ("ANY", "/admin/", "wagtail.admin.urls")]


def test_modules_beside_manage_py_in_a_folder_that_is_a_package(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "django==5.2\n",
        "src/__init__.py": "",
        "src/manage.py": "import django\n",
        "src/config/__init__.py": "",
        "src/config/settings.py": "ROOT_URLCONF = 'config.urls'\nINSTALLED_APPS = []\n",
        "src/config/urls.py": "from django.urls import include, path\nurlpatterns = [path('up/', include('up.urls'))]\n",
        "src/up/__init__.py": "",
        "src/up/urls.py": "from django.urls import path\nfrom up import views\nurlpatterns = [path('databases', views.databases)]\n",
        "src/up/views.py": "def databases(request): ...\n",
    }
    assert [each.path for each in _scan(tmp_path, files).endpoints] == ["/up/databases"]


def test_what_shows_celery_s_workers_is_none(tmp_path: Path) -> None:
    compose = "services:\n  web:\n    build: .\n    ports: ['80:80']\n  flower:\n    build: .\n    command: celery -A shop flower\n"
    files = {
        "requirements.txt": "django==5.2\ncelery==5.4\n",
        "manage.py": "import django\n",
        "Dockerfile": "FROM python:3.13\nCOPY . .\n",
        "compose.yml": compose,
    }
    assert {each.name: each.kind for each in _scan(tmp_path, files).components} == {"web": "service", "flower": "infrastructure"}


def test_a_mechanism_that_a_framework_brings_is_told_once(tmp_path: Path) -> None:
    source = "from fastapi import FastAPI, Security\nfrom fastapi.security import APIKeyHeader\nkey = APIKeyHeader(name='X-Key')\napp = FastAPI()\n@app.get('/')\ndef up(token: str = Security(key)): ...\n"
    said = _block(_scan(tmp_path, {"requirements.txt": "fastapi==0.115\n", "auth.py": source}))
    assert said.count("API key auth") == 1


def test_a_group_whose_name_is_put_into_the_pattern() -> None:
    assert from_regex(r"^orders\.(?P<{suffix}>[a-z]+)/?$") == "orders.{suffix}/"


@pytest.mark.parametrize(
    ("source", "shown"),
    [
        ("from pyramid.authentication import SessionAuthenticationHelper\n\n\nhelper = SessionAuthenticationHelper()\n", {"session"}),
        (
            "from pyramid.authentication import extract_http_basic_credentials\n\n\ndef identity(request):\n    return extract_http_basic_credentials(request)\n",
            {"basic"},
        ),
        (
            "from aiohttp_security import JWTIdentityPolicy, setup\n\n# SessionIdentityPolicy()\nsetup(app, JWTIdentityPolicy(secret), None)\n",
            {"jwt"},
        ),
        (
            "from blacksheep.server.authentication.jwt import JWTBearerAuthentication\n\napp.use_authentication().add(JWTBearerAuthentication(authority=a))\n",
            {"jwt"},
        ),
        ("class BasicAuthentication:\n    pass\n\n\nBasicAuthentication()\n", set()),
        (
            "import tornado.web\n\n\nclass Login(tornado.web.RequestHandler):\n    def post(self):\n        self.set_signed_cookie('user', 'a')\n",
            {"session"},
        ),
        (
            "import tornado.web\n\n\nclass Theme(tornado.web.RequestHandler):\n    def post(self):\n        self.set_signed_cookie('theme', 'a')\n",
            set(),
        ),
        ("from cryptography.hazmat.primitives.twofactor.totp import TOTP\n\n\ndef check(key):\n    return TOTP(key)\n", {"totp"}),
    ],
)
def test_sign_in_by_what_a_framework_brings(tmp_path: Path, source: str, shown: set[str]) -> None:
    requirements = "pyramid==2.0\naiohttp-security==0.5\ntornado==6.4\ncryptography==44.0\nblacksheep==2.3\n"
    assert _mechanisms(_scan(tmp_path, {"requirements.txt": requirements, "app/__init__.py": "", "app/main.py": source})) == shown


@pytest.mark.parametrize(
    ("named", "shown"),
    [
        ("shop.api.OrganizationTokenAuthentication", {"bearer-opaque"}),
        ("shop.api.ApiKeyAuthentication", {"api-key"}),
        ("shop.api.JWTTokenAuthentication", {"jwt"}),
        ("oauth2_provider.contrib.rest_framework.OAuth2Authentication", {"oauth2"}),
        ("shop.api.OidcTokenAuthentication", {"oidc"}),
    ],
)
def test_authentication_classes_of_the_project_s_own(tmp_path: Path, named: str, shown: set[str]) -> None:
    settings = f"ROOT_URLCONF = 'shop.urls'\nREST_FRAMEWORK = {{'DEFAULT_AUTHENTICATION_CLASSES': ['{named}']}}\n"
    files = {
        "requirements.txt": "Django==5.2\ndjangorestframework==3.16\n",
        "manage.py": "",
        "shop/__init__.py": "",
        "shop/settings.py": settings,
    }
    assert _mechanisms(_scan(tmp_path, files)) == shown


def test_dags_of_airflow_are_scheduled_jobs(tmp_path: Path) -> None:
    files = {
        "scheduler/Dockerfile": "FROM apache/airflow:2.10.4\nCOPY . .\n",
        "scheduler/requirements.txt": "requests==2.32\n",
        "scheduler/dags/hourly.py": (
            "from datetime import timedelta\n\nfrom airflow.decorators import dag\n\n\n@dag(schedule=timedelta(hours=2), catchup=False)\ndef fetch():\n    pass\n\n\nfetch()\n"
        ),
        "scheduler/dags/clean.py": (
            "from airflow import DAG\n\nwith DAG('clean', schedule='0 2 * * *') as dag:\n    pass\n\n"
            "with DAG(dag_id='report', schedule_interval='@daily') as other:\n    pass\n\nwith DAG('by_hand', schedule=None):\n    pass\n"
        ),
        "compose.yml": (
            "services:\n  airflow-webserver:\n    build: scheduler\n    command: webserver\n    ports: ['8080:8080']\n"
            "  airflow-scheduler:\n    build: scheduler\n    command: scheduler\n"
        ),
    }
    context = _scan(tmp_path, files)
    assert {(job.name, job.schedule) for job in context.jobs} == {("fetch", "every 2 hours"), ("clean", "0 2 * * *"), ("report", "@daily")}
    assert {part.name: part.kind for part in context.components} == {"airflow-webserver": "service", "airflow-scheduler": "worker"}


@pytest.mark.parametrize(
    "line",
    [
        "import bottle\n\nbottle.run(host='0.0.0.0', port=8181)",
        "from wsgiref.simple_server import make_server\n\nwith make_server('', 8181, app) as httpd:\n    httpd.serve_forever()",
        "import tornado.web\n\napplication = tornado.web.Application([])\napplication.listen(8181)",
        "from robyn import Robyn\n\napp = Robyn(__file__)\napp.start(host='0.0.0.0', port=8181)",
    ],
)
def test_ports_that_frameworks_are_started_on(tmp_path: Path, line: str) -> None:
    files = {"requirements.txt": "bottle==0.13\nfalcon==4.0\ntornado==6.4\nrobyn==0.72\n", "main.py": f"{line}\n"}
    assert [part.ports for part in _scan(tmp_path / "shop", files).components] == [(8181,)]


def test_a_route_is_told_where_an_overload_of_the_repository_is_called(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask==3.1\n",
        "shop/__init__.py": "",
        "shop/wrappers.py": (
            "from flask import Blueprint\n\n\nclass ShopBlueprint(Blueprint):\n"
            "    def __init__(self, *args, **kwargs):\n        self._prefix = ''\n        super().__init__(*args, **kwargs)\n\n"
            "    def add_url_rule(self, rule, endpoint=None, view_func=None, **options):\n"
            "        super().add_url_rule(self._prefix + rule, endpoint, view_func, **options)\n"
        ),
        "shop/app.py": (
            "from flask import Flask\n\nfrom shop.wrappers import ShopBlueprint\n\nbp = ShopBlueprint('shop', __name__)\n"
            "bp.add_url_rule('/orders', 'orders', lambda: '')\napp = Flask(__name__)\napp.register_blueprint(bp)\n"
        ),
    }
    (endpoint,) = _scan(tmp_path, files).endpoints
    assert (endpoint.path, endpoint.evidence[0].path, endpoint.evidence[0].line) == ("/orders", "shop/app.py", 6)


def test_a_dependency_that_requires_what_a_scheme_finds(tmp_path: Path) -> None:
    source = (
        "from fastapi import Depends, FastAPI, Security\nfrom fastapi.security import APIKeyHeader\n\nfrom shop.keys import checked\n\n"
        "app = FastAPI()\nheader = APIKeyHeader(name='X-Key', auto_error=False)\n\n\n"
        "async def require_shop_key(key: str = Security(header)):\n    return await checked(key)\n\n\n"
        "async def shop_key(key: str = Security(header)):\n    return key\n\n\n"
        "@app.get('/orders')\nasync def orders(key=Depends(require_shop_key)):\n    return []\n\n\n"
        "@app.get('/offers')\nasync def offers(key=Depends(shop_key)):\n    return []\n"
    )
    files = {
        "requirements.txt": "fastapi==0.115\n",
        "shop/__init__.py": "",
        "shop/keys.py": "async def checked(key):\n    return key\n",
        "shop/main.py": source,
    }
    assert {each.path: each.access for each in _scan(tmp_path, files).endpoints} == {"/orders": "guarded", "/offers": "unknown"}


def test_a_broker_of_an_extra_beside_the_one_that_is_addressed(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "celery[sqs]==5.5\nredis==5.2\n",
        "shop/__init__.py": "",
        "shop/tasks.py": "from celery import Celery\n\napp = Celery('shop')\n",
        "Dockerfile": "FROM python:3.13\nCOPY . .\nCMD celery -A shop.tasks worker\n",
    }
    compose = "services:\n  worker:\n    build: .\n    environment:\n      CELERY_BROKER_URL: redis://redis:6379/0\n  redis:\n    image: redis:7\n"
    told = {each.id: each.usage for each in _scan(tmp_path / "shop", {**files, "compose.yml": compose}).technologies}
    assert (told["redis"], told["sqs"]) == ("used", "supported")
    alone = {each.id: each.usage for each in _scan(tmp_path / "alone", {**files, "requirements.txt": "celery[sqs]==5.5\n"}).technologies}
    assert alone["sqs"] == "used"


def test_environments_for_regression_tests_deploy_nothing(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "fastapi==0.115\nasyncpg==0.30\n",
        "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        "Dockerfile": "FROM python:3.13\nEXPOSE 5000\nCOPY . .\nCMD uvicorn main:app\n",
        "docker/regtest/compose.yml": "services:\n  bitcoind:\n    image: shop/bitcoin-core:25.0\n    ports: ['18443:18443']\n  swaps-db:\n    image: postgres:14\n",
        "testcases/compose.yml": "services:\n  bus:\n    image: nats:2\n",
    }
    context = _scan(tmp_path / "shop", files)
    assert [(part.name, part.ports) for part in context.components] == [("shop", (5000,))]
    assert [(store.technology, store.components) for store in context.datastores] == [("postgresql", ("shop",))]
    assert "nats" not in {each.id for each in context.technologies if each.scope == "backend"}


def test_libraries_for_descriptions_and_metrics_have_versions_of_their_own(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "Django==5.2\ndjangorestframework==3.16\ndrf-spectacular==0.28.0\ndjango-prometheus==2.3.1\ndjango-htmx==1.23\n",
        "package.json": '{"dependencies": {"htmx.org": "2.0.4"}}',
        "manage.py": "",
    }
    told = {each.id: each.version for each in _scan(tmp_path / "shop", files).technologies}
    assert (told["drf-spectacular"], told["openapi"]) == ("==0.28.0", None)
    assert (told["django-prometheus"], told["prometheus-client"]) == ("==2.3.1", None)
    assert (told["django-htmx"], told["htmx"]) == ("==1.23", "2.0.4")


def test_folders_that_no_import_can_name_are_no_packages(tmp_path: Path) -> None:
    app = "from aiohttp import web\n\nfrom graph.routes import routes\n\n\ndef make():\n    app = web.Application()\n    routes(app)\n    return app\n"
    files = {
        "demos/__init__.py": "",
        "demos/graph-demo/__init__.py": "",
        "demos/graph-demo/setup.py": "from setuptools import setup\n\nsetup(name='graph', install_requires=['aiohttp'])\n",
        "demos/graph-demo/graph/__init__.py": "",
        "demos/graph-demo/graph/app.py": app,
        "demos/graph-demo/graph/routes.py": "async def index(request):\n    return None\n\n\ndef routes(app):\n    app.router.add_get('/', index)\n",
        "demos/other/setup.py": "from setuptools import setup\n\nsetup(name='other', install_requires=['aiohttp'])\n",
        "demos/other/__init__.py": "",
        "demos/other/web.py": "import shapes.square\n",
        "demos/other/shapes/__init__.py": "",
        "demos/other/shapes/square.py": "",
    }
    assert [each.path for each in _scan(tmp_path, files).endpoints] == ["/"]


def test_events_and_timers_of_nameko(tmp_path: Path) -> None:
    source = (
        "from nameko.events import EventDispatcher, event_handler\nfrom nameko.timer import timer\n\n\nclass Orders:\n    name = 'orders'\n"
        "    dispatch = EventDispatcher()\n\n    @event_handler('stock', 'sold_out')\n    def sold_out(self, payload):\n"
        "        self.dispatch('order_held', payload)\n\n    @timer(interval=30)\n    def sweep(self):\n        return None\n"
    )
    context = _scan(tmp_path, {"requirements.txt": "nameko==2.14\n", "orders/__init__.py": "", "orders/service.py": source})
    told = {each.name: (bool(each.producers), bool(each.consumers)) for each in context.messaging}
    assert told == {"stock.sold_out": (False, True), "orders.order_held": (True, False)}
    assert [(job.name, job.schedule) for job in context.jobs] == [("sweep", "every 30 s")]


def test_a_route_is_told_where_the_item_of_its_list_is_written(tmp_path: Path) -> None:
    files = {
        "requirements.txt": "flask==3.1\n",
        "shop/__init__.py": "",
        "shop/kit.py": "def put(blueprint, routes):\n    for path, view in routes:\n        blueprint.add_url_rule(path, view_func=view)\n    return blueprint\n",
        "shop/orders.py": (
            "from flask import Blueprint\n\nfrom shop.kit import put\n\n\ndef orders():\n    return ''\n\n\nroutes = [\n    ('/orders', orders),\n    ('/orders/open', orders),\n]\n"
            "blueprint = put(Blueprint('orders', 'orders'), routes)\n"
        ),
        "shop/app.py": "from flask import Flask\n\nfrom shop.orders import blueprint\n\napp = Flask(__name__)\napp.register_blueprint(blueprint)\n",
    }
    told = {each.path: (each.evidence[0].path, each.evidence[0].line) for each in _scan(tmp_path, files).endpoints}
    assert told == {"/orders": ("shop/orders.py", 11), "/orders/open": ("shop/orders.py", 12)}


@pytest.mark.parametrize("folder", ["tests_integration", "tests_frontend_v2", "scripts/test-environments/postgres", "test_e2e"])
def test_what_folders_of_tests_start_is_not_deployed(tmp_path: Path, folder: str) -> None:
    compose = "services:\n  shop:\n    image: shop/shop\n    ports: ['9000:9000']\n  db:\n    image: postgres:11\n  proxy:\n    image: traefik:3\n    ports: ['80:80']\n"
    files = {
        "requirements.txt": "fastapi==0.115\nasyncpg==0.30\naiosqlite==0.20\n",
        "main.py": "from fastapi import FastAPI\n\napp = FastAPI()\n",
        f"{folder}/compose.yml": compose,
    }
    context = _scan(tmp_path / "shop", files)
    assert [(part.name, part.ports) for part in context.components] == [("shop", ())]
    assert {store.technology: store.usage for store in context.datastores} == {"postgresql": "supported", "sqlite": "supported"}


def test_methods_that_a_view_class_has_no_function_for(tmp_path: Path) -> None:
    source = (
        "from flask import Flask\nfrom flask.views import MethodView, View\n\napp = Flask(__name__)\nALL = ['GET', 'HEAD', 'POST', 'DELETE']\n\n\n"
        "class Orders(MethodView):\n    def get(self):\n        return ''\n\n    def post(self):\n        return ''\n\n\n"
        "class Page(View):\n    def dispatch_request(self):\n        return ''\n\n\n"
        "app.add_url_rule('/orders', view_func=Orders.as_view('orders'), methods=ALL)\n"
        "app.add_url_rule('/page', view_func=Page.as_view('page'), methods=['GET', 'POST'])\n"
    )
    files = {"requirements.txt": "flask==3.1\n", "app.py": source}
    told = {(each.method, each.path) for each in _scan(tmp_path, files).endpoints}
    assert told == {("GET", "/orders"), ("POST", "/orders"), ("GET", "/page"), ("POST", "/page")}


def test_a_session_middleware_of_the_project_s_own(tmp_path: Path) -> None:
    settings = "ROOT_URLCONF = 'shop.urls'\nMIDDLEWARE = ['shop.middleware.SessionMiddleware']\n"
    files = {"requirements.txt": "Django==5.2\n", "manage.py": "", "shop/__init__.py": "", "shop/settings.py": settings}
    assert _mechanisms(_scan(tmp_path, files)) == {"session"}


def test_what_compose_and_kubernetes_serve_beside_a_worker(tmp_path: Path) -> None:
    deployment = (
        "apiVersion: apps/v1\nkind: Deployment\nmetadata:\n  name: {0}\nspec:\n  template:\n    metadata:\n      labels:\n        app: {0}\n"
        "    spec:\n      containers:\n      - name: {0}\n        image: shop/shop:edge\n"
    )
    worker = deployment.format("shop-celeryworker") + '        command: ["./celeryworker.sh"]\n'
    files = {
        "requirements.txt": "Django==5.2\ncelery==5.5\n",
        "manage.py": "",
        "Dockerfile": "FROM python:3.13\nEXPOSE 8080\nCOPY . .\nCMD gunicorn shop.wsgi\n",
        "compose.yml": "services:\n  shop:\n    image: shop/shop:latest\n    expose: [8080]\n",
        "kubernetes/deployments.yml": f"{deployment.format('shop-webserver')}---\n{worker}",
    }
    parts = [(part.name, part.kind) for part in _scan(tmp_path / "shop", files).components]
    assert parts == [("shop", "service"), ("shop-celeryworker", "worker")]


def test_an_application_whose_author_calls_its_package_a_library(tmp_path: Path) -> None:
    kit = "def put(target, routes, view):\n    for route in routes:\n        target.add_url_rule(route, view_func=view)\n"
    files = {
        "pyproject.toml": '[project]\nname = "board"\ndependencies = ["flask>=3"]\nclassifiers = ["Topic :: Software Development :: Libraries :: Python Modules"]\n',
        "board/__init__.py": "",
        "board/kit.py": kit,
        "board/app.py": "from flask import Flask\n\nfrom board.kit import put\n\napp = Flask(__name__)\nput(app, routes=['/topics', '/topics/new'], view=lambda: '')\n",
    }
    assert _scan(tmp_path / "library", files).architecture.pattern == "library"
    context = _scan(tmp_path / "board", {**files, "wsgi.py": "from board.app import app\n"})
    assert context.architecture.pattern == "monolith"
    assert {(each.path, each.evidence[0].path, each.evidence[0].line) for each in context.endpoints} == {
        ("/topics", "board/app.py", 6),
        ("/topics/new", "board/app.py", 6),
    }


def test_a_module_of_go_that_only_names_tools(tmp_path: Path) -> None:
    files = {
        "mise.toml": '[tools]\npython = "3.11"\ngo = "1.24.5"\n',
        "go.mod": "module shop.org/tools\n\ngo 1.24.5\n\ntool mvdan.cc/sh/v3/cmd/shfmt\n\nrequire mvdan.cc/sh/v3 v3.11.0 // indirect\n",
        "setup.py": "from setuptools import setup\n\nsetup(name='shop', install_requires=['flask==3.1'])\n",
        "shop/__init__.py": "",
        "shop/app.py": "from flask import Flask\n\napp = Flask(__name__)\n",
        "compose.yml": "services:\n  core:\n    image: shop/shop\n    ports: ['8080:8080']\n",
        "Dockerfile": "FROM python:3.13\nCOPY . .\nCMD flask run\n",
    }
    context = _scan(tmp_path / "shop", files)
    assert [part.language for part in context.components] == ["Python"]
    assert {each.name for each in context.runtimes} == {"Python"}


@pytest.mark.parametrize(
    ("source", "engine"),
    [
        ("from flask import Flask\n\napp = Flask(__name__)\napp.config['SQLALCHEMY_DATABASE_URI'] = 'sqlite:///shop.db'\n", "sqlite"),
        ("from shop import create_app\n\napp = create_app({'SQLALCHEMY_DATABASE_URI': 'mysql://localhost/shop'})\n", "mysql"),
        (
            "import os\nfrom flask import Flask\n\napp = Flask(__name__)\napp.config.from_mapping(\n"
            "    SQLALCHEMY_DATABASE_URI=os.environ.get('DATABASE_URL', 'postgresql://localhost/shop'),\n)\n",
            "postgresql",
        ),
        (
            "from sqlalchemy import create_engine\n\nSQLALCHEMY_DATABASE_URL = 'sqlite:///./sql_app.db'\nengine = create_engine(SQLALCHEMY_DATABASE_URL)\n",
            "sqlite",
        ),
        (
            "from sqlalchemy.ext.asyncio import create_async_engine\n\nengine = create_async_engine('postgresql+asyncpg://localhost/shop')\n",
            "postgresql",
        ),
        ("from flask import Flask\n\n# SQLALCHEMY_DATABASE_URI = 'sqlite:///shop.db'\napp = Flask(__name__)\n", None),
        ("from sqlalchemy import create_engine\n\nengine = create_engine('sqlite:///:memory:')\n", None),
    ],
)
def test_databases_that_code_addresses_where_it_makes_the_application(tmp_path: Path, source: str, engine: str | None) -> None:
    files = {"requirements.txt": "flask==3.1\nsqlalchemy==2.0\n", "app.py": source}
    assert [store.technology for store in _scan(tmp_path / "shop", files).datastores] == ([engine] if engine else [])
