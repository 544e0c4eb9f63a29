"""Any small program is followed within bounds: idioms of every language at random, with recursion, cycles and what never ends."""

from __future__ import annotations

import time
from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from ctxgen import pipeline
from ctxgen.context import Context

SECONDS = 6.0
"""Of the processor for one program; they take a few hundredths of a second."""
_MANY = 3_000


class _Kind(NamedTuple):
    """A manifest, the names of files, what each begins with, and the idioms; `¶` is a number."""

    manifest: tuple[str, str]
    files: tuple[str, ...]
    start: str
    idioms: Sequence[str]


_PYTHON = _Kind(
    ("requirements.txt", "flask==3\nfastapi==0.110\ndjango==5\nsqlalchemy==2\ncelery==5\n"),
    ("app.py", "api.py", "urls.py", "models.py"),
    "from flask import Flask, Blueprint\nfrom fastapi import FastAPI, APIRouter, Depends\nfrom django.urls import path, include\nfrom django.db import models\napp = Flask(__name__)\napi = FastAPI()\nrouter = APIRouter()\n",
    [
        "def f(): return f()\nf()",
        "def a(x=None): return b(x)\ndef b(x=None): return a(b)\nb(a)",
        "app.register_blueprint(app, url_prefix='/x')",
        "router.include_router(router, prefix='/r')\napi.include_router(router)\nrouter.get('/self')(f)",
        "from app import *\nfrom api import *\nfrom urls import *\nfrom models import *",
        "import app, api, urls, models\napp.app.app = app\nbp = api.router",
        "class A(A): pass\nclass B(A, B): pass\nclass C(B): x = C()",
        "class M¶(models.Model):\n    other = models.ForeignKey('M¶', primary_key=True, on_delete=1)\n    next = models.OneToOneField('N¶', primary_key=True, on_delete=1)\nclass N¶(models.Model):\n    back = models.OneToOneField(M¶, primary_key=True, on_delete=1)",
        f"for i in range({_MANY}): app.add_url_rule('/n/%d' % i, view_func=f)",
        f"PATHS = [{', '.join(repr(f'/p{i}') for i in range(120))}]\nfor p in PATHS:\n  for q in PATHS:\n    app.route(p + q)(f)",
        "while True:\n    router = APIRouter(prefix='/w')\n    api.include_router(router)",
        "urlpatterns = [path('x/', include('urls')), path('y/', include('app'))]\nurlpatterns += urlpatterns",
        "x = 'a'\nfor _ in range(60): x = x + x\napp.route('/' + x)(f)",
        "d = {}\nd['d'] = d\napp.route(d['d']['d']['d']['x'])(f)",
        "deco = lambda g: deco(deco(g))\n@deco\n@app.route('/deco')\ndef view(): pass",
        "def make(n):\n    bp = Blueprint(str(n), __name__)\n    bp.register_blueprint(make(n + 1))\n    return bp\napp.register_blueprint(make(0))",
        "@api.get('/u/{id}', dependencies=[Depends(lambda: Depends(f))])\ndef read(id: int, u=Depends(read)): pass",
        "app = type('X', (Flask,), {'app': app})(app)(app).app.route('/t')",
        "globals()['app'].route(*['/g'], **{'methods': ['GET', None, 3]})(f)",
        "def g(*a, **k): return g(*a, *a, **k, **k)\ng(*g(), **g())",
    ],
)  # fmt: skip
_SCRIPT = _Kind(
    ("package.json", '{"name": "shop", "main": "app.js", "dependencies": {"express": "4", "@nestjs/core": "10", "@nestjs/common": "10", "fastify": "4", "mongoose": "8"}}'),
    ("app.js", "routes.js", "src/main.ts", "src/module.ts"),
    "const express = require('express'); const app = express(); const router = express.Router(); const fastify = require('fastify')();\n",
    [
        "function f() { return f() } f(); app.get('/f', f())",
        "const a = () => b(); const b = () => a(); app.use(a(), b())",
        "router.use('/self', router); app.use('/self', router); app.use(app)",
        "const r = require('./routes'); const m = require('./app'); module.exports = { ...m, ...r, router }; app.use('/c', r.router, m)",
        "export * from './main'; export * from './module'; import * as all from './module'; export default all",
        f"for (let i = 0; i < {_MANY}; i++) router.get('/' + i, f)",
        f"[{', '.join(str(i) for i in range(400))}].forEach(i => [1, 2, 3].map(j => app.post(`/${{i}}/${{j}}`, f)))",
        "while (true) { const next = express.Router(); next.use(next); app.use('/w', next) }",
        "const make = n => { const r = express.Router(); r.use('/n', make(n + 1)); return r }; app.use(make(0))",
        "fastify.register(function plugin(f, o, done) { f.register(plugin, { prefix: '/p' }); f.get('/x', () => 1) }, { prefix: '/r' })",
        "class A extends A { constructor() { this.a = new A(); this.a.a.a.router.get('/x', this.a) } } new A()",
        "@Controller(B.path) export class B extends B { static path = B.path + '/b'; @Get([B.path, 'x']) x() { return this.x() } }",
        "@Module({ imports: [M¶, forwardRef(() => M¶)], controllers: [B] }) export class M¶ {}",
        "let s = 'a'; for (let i = 0; i < 60; i++) s += s; app.get(s, f)",
        "const o = {}; o.o = o; app[o.o.o.method](o.o.path, ...o.o)",
        "const p = new Proxy(app, {}); p.get`/tag`; app?.get?.('/q')?.post('/r'); (async () => await (await app).get('/s'))()",
        "app.route('/x').get(f).route('/y').all(app.route).delete(router)",
        "mongoose.model('M¶', new mongoose.Schema({ m: { type: [Schema], ref: 'M¶' }, s: Schema }))",
    ],
)  # fmt: skip
_JAVA = _Kind(
    ("pom.xml", "<project><groupId>a</groupId><artifactId>shop</artifactId><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId></dependency><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId></dependency></dependencies></project>"),
    tuple(f"src/main/java/shop/F{i}.java" for i in range(4)),
    "package shop;\nimport org.springframework.web.bind.annotation.*;\nimport jakarta.persistence.*;\n",
    [
        '@RestController @RequestMapping(C¶.P) class C¶ extends C¶ { static final String P = C¶.P + "/x"; @GetMapping(P) String f() { return f(); } }',
        "interface I¶ extends J¶ { @GetMapping(J¶.X) String a(); } interface J¶ extends I¶ { String X = I¶.X; }",
        "@RequestMapping(A¶.X) @interface A¶ { String X = A¶.X; } @A¶ class U¶ { @A¶ void f() {} }",
        "@RequestMapping({" + ", ".join(f'"/p{i}"' for i in range(120)) + "}) @RestController class L¶ { @GetMapping({" + ", ".join(f'"/q{i}"' for i in range(120)) + "}) void f() {} }",
        "@Entity class E¶ extends E¶ { @Id @ManyToOne E¶ e; @OneToMany List<F¶> f; } @Entity class F¶ { @Id @OneToOne E¶ e; }",
        "class R¶ { RouterFunction r() { return route().nest(path(\"/n\"), this::r).add(r()).build(); } }",
        "@FeignClient(url = K¶.U) interface K¶ { String U = \"${\" + K¶.U + \"}\"; @GetMapping(U) String f(); }",
        "class S¶ { void f(HttpSecurity h) { h.authorizeRequests(a -> a.and().and().antMatchers(h, a).permitAll()); f(h); } }",
        "@Configuration class W¶ { @Bean W¶ w() { return w().w(); } String x = x + x + x; }",
        "@RestController class Z¶<T extends Z¶<T>> { @PostMapping T f(@RequestBody T t) { while (true) f(t); } }",
    ],
)  # fmt: skip
_GO = _Kind(
    ("go.mod", "module shop.example/shop\ngo 1.22\nrequire github.com/gin-gonic/gin v1.9.0\n"),
    ("main.go", "routes.go", "a/a.go", "b/b.go"),
    'package main\nimport ("github.com/gin-gonic/gin"; "net/http"; "shop.example/shop/a"; "shop.example/shop/b")\n',
    [
        "func f¶() *gin.Engine { return f¶() }\nfunc init() { f¶().GET(\"/x\", f¶) }",
        "func main() { r := gin.Default(); g := r.Group(\"/a\"); g = g.Group(\"/b\"); g.GET(\"/c\", h); routes¶(g) }\nfunc routes¶(g *gin.RouterGroup) { g.POST(\"/r\", h); routes¶(g.Group(\"/x\")) }",
        f"func many¶() {{ r := gin.New(); for i := 0; i < {_MANY}; i++ {{ r.GET(fmt.Sprintf(\"/%d\", i), h) }} }}",
        "func all¶() { r := gin.New(); for _, p := range []string{" + ", ".join(f'"/p{i}"' for i in range(400)) + "} { for { r.GET(p, h) } } }",
        "type S¶ struct { *S¶; r *gin.Engine }\nfunc (s *S¶) R() *S¶ { s.r.GET(\"/s\", s.R().R); return s.R() }",
        "func mux¶() { m := http.NewServeMux(); m.Handle(\"/m/\", m); m.Handle(\"/n/\", http.StripPrefix(\"/n\", m)); http.ListenAndServe(\"\", m) }",
        "const P¶ = P¶ + \"/x\"\nvar Q¶ = Q¶ + P¶\nfunc q¶() { gin.New().GET(Q¶, h) }",
        "func w¶(h http.Handler) http.Handler { return w¶(w¶(h)) }\nfunc u¶() { http.Handle(\"/u\", w¶(nil)) }",
    ],
)  # fmt: skip
_SHARP = _Kind(
    ("Shop.csproj", '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup></Project>'),
    ("Program.cs", "Routes.cs", "Controllers.cs"),
    "using Microsoft.AspNetCore.Mvc;\n",
    [
        'var b¶ = WebApplication.CreateBuilder(args); var app¶ = b¶.Build(); var g¶ = app¶.MapGroup("/g"); g¶ = g¶.MapGroup("/h"); g¶.MapGet("/x", F); app¶.Run();',
        "static class X¶ { public static RouteGroupBuilder Map(this RouteGroupBuilder g) { g.MapGet(\"/m\", F); return g.MapGroup(\"/n\").Map(); } }",
        "[Route(C¶.P)] public class C¶ : C¶ { const string P = C¶.P + \"/x\"; [HttpGet(P)] public C¶ F() => F().F(); }",
        "[ApiController, Route(\"[controller]/[action]/[x]\")] public class D¶Controller : E¶Controller { } public class E¶Controller : D¶Controller { [HttpPost] public void F() { while (true) F(); } }",
        f"class L¶ {{ void F(WebApplication app) {{ for (var i = 0; i < {_MANY}; i++) app.MapGet($\"/{{i}}\", F); foreach (var p in new[] {{ {', '.join(repr(i) for i in range(300))} }}) app.MapPut(\"/\" + p, F); }} }}",
        "public class K¶ : DbContext { public DbSet<K¶> Ks { get; set; } public K¶ K { get; } }",
    ],
)  # fmt: skip
_PHP = _Kind(
    ("composer.json", '{"require": {"laravel/framework": "^11", "symfony/framework-bundle": "^7"}}'),
    ("routes/web.php", "routes/api.php", "app/Http/Controllers/AController.php", "src/Controller/BController.php"),
    "<?php\nuse Illuminate\\Support\\Facades\\Route;\n",
    [
        "function f¶() { return f¶(); } Route::get(f¶(), f¶());",
        "Route::prefix('a')->group(function () { Route::middleware('auth')->group(__DIR__.'/web.php'); require __DIR__.'/api.php'; });",
        "$g¶ = function () use (&$g¶) { Route::prefix('g')->group($g¶); Route::get('/x', 'A@b'); }; Route::group(['prefix' => 'r'], $g¶);",
        f"for ($i = 0; $i < {_MANY}; $i++) {{ Route::get('/'.$i, fn () => 1); }}",
        f"foreach ([{', '.join(str(i) for i in range(400))}] as $p) {{ foreach ([1, 2] as $q) {{ Route::resource($p.$q, 'X'); }} }}",
        "class C¶ extends C¶ { use C¶; const P = self::P.'/x'; #[Route(self::P)] public function f() { return $this->f(); } }",
        "class M¶ extends Model { public function m() { return $this->belongsTo(M¶::class)->belongsTo(self::class); } }",
        "while (true) { Route::any('/w', [C¶::class, 'f']); } $a = [&$a]; Route::match($a, $a[0][0], $a);",
    ],
)  # fmt: skip
_RUBY = _Kind(
    ("Gemfile", "gem 'rails'\ngem 'sinatra'\n"),
    ("config/routes.rb", "config/routes/admin.rb", "app/controllers/a_controller.rb", "app/controllers/application_controller.rb", "app.rb"),
    "",
    [
        "Rails.application.routes.draw do\n  namespace :a do\n    resources :b do\n      resources :c, concerns: :d\n    end\n  end\n  concern :d do\n    resources :e, concerns: :d\n  end\n  concerns :d\n  draw :admin\n  draw :routes\nend",
        "draw :admin\nnamespace(:x) { draw(:admin) }",
        "class AController < AController\n  include AController\n  before_action :login, only: [:index]\n  skip\n  def skip; skip; end\nend",
        "module Entrance\n  extend ActiveSupport::Concern\n  include Entrance\n  included do\n    include Entrance\n    before_action :authenticate\n    open_to\n  end\n  class_methods do\n    def open_to(**o)\n      open_to(**o)\n      skip_before_action :authenticate, **o\n    end\n  end\nend",
        "class ApplicationController < ActionController::Base\n  include Entrance, Other::Entrance\n  open_to only: [:index]\nend",
        "class A::AController < A::AController\n  include Entrance\nend",
        f"Rails.application.routes.draw do\n  {_MANY}.times {{ |i| get \"/#{{i}}\", to: 'a#b' }}\n  %w[{' '.join(f'p{i}' for i in range(400))}].each {{ |p| resources p do resources p end }}\nend",
        "require 'sinatra'\nget('/x') { get('/y') { redirect '/x' } }\ndef f; f; end\nbefore { f }\nloop { get('/l') { 1 } }",
        "class App < Sinatra::Base\n  use App\n  get('/a') { call }\n  map('/m') { run App }\nend\nrun App",
    ],
)  # fmt: skip
_RUST = _Kind(
    ("Cargo.toml", '[package]\nname = "shop"\nversion = "0.1.0"\n[dependencies]\naxum = "0.7"\nactix-web = "4"\nrocket = "0.5"\n'),
    ("src/main.rs", "src/routes.rs", "src/lib.rs"),
    "use axum::{Router, routing::get};\nmod routes;\n",
    [
        "fn f¶() -> Router { f¶().nest(\"/x\", f¶()) }\nfn main() { let app = f¶(); }",
        "fn g¶() -> Router { let mut r = Router::new(); loop { r = r.route(\"/l\", get(h)).merge(r); } }",
        f"fn m¶() -> Router {{ let mut r = Router::new(); for i in 0..{_MANY} {{ r = r.route(&format!(\"/{{}}\", i), get(h)); }} r }}",
        "const P¶: &str = P¶;\nfn c¶() -> Router { Router::new().route(P¶, get(h).post(c¶)).nest(P¶, routes::f()) }",
        "#[get(\"/a\")] async fn a¶() -> String { a¶().await }\nfn s¶(c: &mut web::ServiceConfig) { c.service(a¶).configure(s¶).service(web::scope(\"/s\").configure(s¶)); }",
        "impl S¶ { fn r(&self) -> Self { Self::r(&self.r()) } }\nuse crate::routes::*; use crate::main::*; use self::*; use super::super::*;",
        "#[launch] fn rocket() -> _ { rocket::build().mount(\"/r\", routes![a¶, rocket]).attach(rocket()) }",
    ],
)  # fmt: skip
KINDS = {
    "python": _PYTHON,
    "script": _SCRIPT,
    "jvm": _JAVA,
    "golang": _GO,
    "dotnet": _SHARP,
    "php": _PHP,
    "ruby": _RUBY,
    "rust": _RUST,
}


def _follow(root: Path, kind: _Kind, chosen: Sequence[tuple[int, int]]) -> Context:
    """Write the chosen idioms to the chosen files, and follow them."""
    (root / kind.manifest[0]).write_text(kind.manifest[1])
    for number, path in enumerate(kind.files):
        own = [kind.idioms[idiom].replace("¶", str(index % 3)) for index, (file, idiom) in enumerate(chosen) if file == number]
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(kind.start + "\n".join(own) + "\n")
    started = time.process_time()
    context = pipeline.scan(root)
    assert time.process_time() - started < SECONDS
    assert [each for each in context.diagnostics if each.code == "reader-failed"] == []
    return context


@pytest.mark.parametrize("language", KINDS)
def test_all_idioms_at_once(language: str, tmp_path: Path) -> None:
    kind = KINDS[language]
    assert _follow(tmp_path, kind, [(index % len(kind.files), index) for index in range(len(kind.idioms))]).endpoints


@pytest.mark.parametrize("language", KINDS)
@settings(max_examples=12, suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow], deadline=None)
@given(data=st.data())
def test_any_program_is_followed(language: str, data: st.DataObject, tmp_path_factory: pytest.TempPathFactory) -> None:
    kind = KINDS[language]
    places = st.tuples(st.integers(0, len(kind.files) - 1), st.integers(0, len(kind.idioms) - 1))
    _follow(tmp_path_factory.mktemp("shop"), kind, data.draw(st.lists(places, min_size=1, max_size=9)))
