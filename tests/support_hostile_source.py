"""Hostile programs: source that is followed, in every language, made to order in any size.

Each has the routes that it begins and ends with; between them stands very much of one thing, something nested as deeply
as it goes, or something small that means very much: functions that call each other twice, routers mounted on each
other twice, lists of lists.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import NamedTuple

from support_hostile import Make, numbered, repeated


class Dialect(NamedTuple):
    """How a framework's program is written.  `{n}` is counted up, `{m}` is the number after it.

    `first` and `last` are routes (`/first`, `/last`), whatever stands between them; `twice` is a function that calls the
    next one twice, `started` calls the first; `doubled` makes a list of the one before twice, `given` hands the last one
    to the framework; `mounted` puts a router twice below the next; `chained` goes on with an expression `opened`.
    """

    name: str
    path: str
    manifest: tuple[str, str]
    first: str
    last: str
    words: tuple[str, ...]
    nested: tuple[tuple[str, str], ...]
    opened: str = ""
    chained: tuple[str, ...] = ()
    twice: str = ""
    started: str = ""
    doubled: str = ""
    given: str = ""
    mounted: str = ""
    routed: str = ""
    """A route on the innermost of the mounted routers."""


DIALECTS = (
    Dialect(
        "flask", "app.py", ("requirements.txt", "flask==3.0\nsqlalchemy==2.0\ncelery==5\ndjango==5\nfastapi==0.115\n"),
        "from flask import Flask, Blueprint\napp = Flask(__name__)\nr0 = Blueprint('a', __name__)\na0 = ['a']\n@app.get('/first')\ndef first(): ...\n",
        "\n@app.get('/last')\ndef last(): ...\n",
        ("@app.get('/a{n}')\ndef h{n}(): ...\n", "app.add_url_rule('/a{n}', view_func=h)\n", "@app.before_request\ndef login_required{n}(): ...\n", "class A{n}(A{m}): x: int = 1\n", "def f{n}(a, b=f{m}): return f{m}(app)\n",
         "import a{n}\n", "from .a{n} import *\n", "x{n} = x{m}\n", "x = x + ['/a{n}']\n", "if a{n}: x = 1\n", "for a in x: app.get('/{n}')(f)\n", "with a{n}: pass\n", "x{n}: str = 'a' + x{m}\n", "app.register_blueprint(r{n}, url_prefix='/a')\n",
         "@auth{n}\n", "x[{n}] = f'{a}{b}'\n", "class M{n}(db.Model):\n  a = Column(Integer)\n", "@app.task\ndef t{n}(): ...\n", "try:\n  a\nexcept B{n}: pass\n", "x{n} = lambda a{n}: a{m}\n"),
        (("(", ")"), ("[", "]"), ("{1: ", "}"), ("f(", ")"), ("not ", ""), ("lambda: ", ""), ("-", ""), ("x = ", ""), ("await ", ""), ("f'{", "}'")),
        "x = app", (".a", "()", "[0]", ".a(b)", " + 'a'", " if a else b", " and a", ", a"),
        "def f{n}(app): f{m}(app); f{m}(app)\n", "f0(app)\n", "a{m} = [a{n}, a{n}]\n", "app.before_request(a40)\napp.add_url_rule(a40, methods=a40, view_func=a40)\n",
        "r{m} = Blueprint('r{m}', __name__)\nr{m}.register_blueprint(r{n}, url_prefix='/a')\nr{m}.register_blueprint(r{n}, url_prefix='/b')\n", "r0.add_url_rule('/x', view_func=first)\napp.register_blueprint(r30)\n",
    ),
    Dialect(
        "express", "app.js", ("package.json", '{"name": "a", "dependencies": {"express": "4", "mongoose": "8", "sequelize": "6", "fastify": "5", "koa": "2", "@apollo/server": "4", "kafkajs": "2"}}'),
        "const express = require('express')\nconst app = express()\nconst r0 = express.Router()\nconst a0 = ['a']\napp.get('/first', first)\n",
        "\napp.get('/last', last)\n",
        ("app.get('/a{n}', h)\n", "app.use(requireLogin{n})\n", "app.use('/a{n}', express.Router().get('/b', h))\n", "app.route('/a{n}').get(h).post(h)\n", "function f{n}(a) { return f{m}(app) }\n", "class A{n} extends A{m} { a = 1; b() {} }\n",
         "const {a{n}, b} = require('./a{n}')\n", "import a{n} from './b'\n", "export const a{n} = 1\n", "export * from './a{n}'\n", "const x{n} = x{m}\n", "if (a{n}) { b() }\n", "for (const a of x) { app.get('/{n}', a) }\n", "x = `${x}/a{n}`\n", "const {{n}}\n",
         "a.b.c = {n}\n", "a[{n}] = a\n", "new A({a: {n}})\n", "x ??= {n}\n", "label{n}: a\n", "switch (a) { case {n}: b() }\n", "mongoose.model('A{n}', new Schema({a: String}))\n", "module.exports.a{n} = a\n", "queue.process('a{n}', f)\n"),
        (("(", ")"), ("[", "]"), ("{a: ", "}"), ("f(", ")"), ("!", ""), ("() => ", ""), ("typeof ", ""), ("a = ", ""), ("`${", "}`"), ("new ", ""), ("a ? b : ", ""), ("<a>", "</a>"), ("function f() {", "}"), ("{", "}"), ("if (a) ", ""), ("async () => ", "")),
        "app", (".a", "()", "[0]", ".get('/a{n}', h)", ".use(a{n})", " + 'a'", " ? a : b", " && a", ", a", "?.a", "`a`", " ?? a"),
        "function f{n}(app) { f{m}(app); f{m}(app) }\n", "f0(app)\n", "const a{m} = [a{n}, a{n}]\n", "app.use(a40)\napp.get(a40, a40, a40)\napp.use(a40, r0)\n",
        "const r{m} = express.Router()\nr{m}.use('/a', r{n})\nr{m}.use('/b', r{n})\n", "r0.get('/x', first)\napp.use(r30)\n",
    ),
    Dialect(
        "nestjs", "app.ts", ("package.json", '{"name": "a", "dependencies": {"@nestjs/common": "10", "@nestjs/core": "10", "typeorm": "0.3", "@nestjs/typeorm": "10", "@nestjs/microservices": "10"}}'),
        "import { Controller, Get, Module, UseGuards } from '@nestjs/common'\nimport { Entity, Column } from 'typeorm'\nimport { NestFactory } from '@nestjs/core'\nconst a0 = ['a']\n@Controller()\nexport class First { @Get('first') first() {} }\n",
        "\n@Controller()\nexport class Last { @Get('last') last() {} }\n@Module({controllers: [First, Last]})\nexport class App {}\nNestFactory.create(App)\n",
        ("@Controller('a{n}') export class C{n} { @Get('b') b() {} }\n", "@Entity() export class E{n} { @Column() a: string }\n", "@Module({imports: [M{m}]}) export class M{n} {}\n", "@UseGuards(A{n})\n", "type A{n} = A{m} | B\n", "interface A{n} extends A{m} { a: string }\n", "enum A{n} { B = {n} }\n",
         "declare module 'a{n}' {}\n", "namespace A{n} {}\n", "export abstract class A{n}<T> extends A{m}<T> { constructor(private a: B) { super() } }\n", "const a = b as C{n}\n", "function f{n}<T>(a: T): T { return a }\n", "@Get('a{n}') ", "x!.a{n}\n"),
        (("<", ">"), ("A<", ">"), ("@A(", ")"), ("{ a: ", "}"), ("Array<", ">"), ("a as ", ""), ("keyof ", ""), ("(a: ", ")"), ("class A { a() {", "}}"), ("namespace A {", "}")),
        "const x: A", ("<A>", "[]", "['a']", " | A{n}", " & A{n}", " extends A ? B : C"),
        "function f{n}(a) { f{m}([a]); f{m}([a]) }\n", "f0(['a'])\n", "const a{m} = [a{n}, a{n}]\n", "@UseGuards(a40) @Controller(a40) export class Z { @Get(a40) z() {} }\n@Module({imports: a40, controllers: a40}) export class Y {}\n",
        "@Module({imports: [M{n}, M{n}]}) export class M{m} {}\n", "@Module({controllers: [First]}) export class M0 {}\nNestFactory.create(M30)\n",
    ),
    Dialect(
        "spring", "src/main/java/a/App.java", ("pom.xml", "<project><modelVersion>4.0.0</modelVersion><groupId>a</groupId><artifactId>a</artifactId><version>1</version><dependencies><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-web</artifactId><version>3.3.0</version></dependency><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-data-jpa</artifactId><version>3.3.0</version></dependency><dependency><groupId>org.springframework.boot</groupId><artifactId>spring-boot-starter-security</artifactId><version>3.3.0</version></dependency></dependencies></project>"),
        'package a;\nimport org.springframework.web.bind.annotation.*;\nimport jakarta.persistence.*;\n@RestController class First { @GetMapping("/first") String first() { return ""; } }\n',
        '\n@RestController class Last { @GetMapping("/last") String last() { return ""; } }\n',
        ('@RestController class C{n} { @GetMapping("/a") String a() { return ""; } }\n', "@Entity class E{n} { @Id Long id; @ManyToOne E{m} a; }\n", "class A{n} extends A{m} implements B { int a = 1; void b() { c(); } }\n", "import a.b.C{n};\n", "import static a.b.C{n}.*;\n", "@PreAuthorize(\"hasRole('A{n}')\")\n", "interface A{n}<T extends A{m}> {}\n",
         "enum A{n} { B, C }\n", "record A{n}(int a, String b) {}\n", "@A(b = {n}) ", "class K{n} { static final String A = K{m}.A + \"/a\"; @RequestMapping(A) void b() {} }\n", "@Bean SecurityFilterChain f{n}(HttpSecurity http) { return http.authorizeHttpRequests(a -> a.requestMatchers(\"/a{n}\").permitAll()).build(); }\n",
         "@KafkaListener(topics = \"a{n}\") void a() {}\n", "@Scheduled(fixedRate = {n}) void a() {}\n"),
        (("(", ")"), ("{", "}"), ("class A {", "}"), ("@A(", ")"), ("A<", ">"), ("f(", ")"), ("() -> ", ""), ("!", ""), ("a ? b : ", ""), ("new A() {", "}"), ("if (a) ", "")),
        "class X { String a = b", (".a", "()", "[0]", ".a(b)", ' + "a"', " ? a : b", " && a", "::a"),
        "class F{n} { void f(Object a) { new F{m}().f(a); new F{m}().f(a); } }\n", "", "class L{m} { static final String[] A = {L{n}.A, L{n}.A}; }\n", "@RequestMapping(L40.A) @RestController class Z { @GetMapping(L40.A) void z() {} }\n",
        "class I{m} extends I{n} { @GetMapping(\"/i{m}\") void i{m}() {} }\n", "@RestController class Z2 extends I30 {}\n",
    ),
    Dialect(
        "ktor", "src/main/kotlin/App.kt", ("build.gradle.kts", 'plugins { kotlin("jvm") version "2.0.0" }\ndependencies {\n  implementation("io.ktor:ktor-server-core:2.3.0")\n  implementation("org.jetbrains.exposed:exposed-core:0.50.0")\n  implementation("org.springframework.boot:spring-boot-starter-web:3.3.0")\n}\n'),
        'import io.ktor.server.application.*\nimport io.ktor.server.routing.*\nfun Application.first() { routing { get("/first") { } } }\n',
        '\nfun Application.last() { routing { get("/last") { } } }\n',
        ('fun Application.m{n}() { routing { get("/a{n}") { } } }\n', "object T{n} : Table() { val a = integer(\"a\") }\n", "class A{n} : B(), C { val a = 1; fun b() = c() }\n", "data class A{n}(val a: Int, val b: String = \"a\")\n", "import a.b.C{n}\n", "fun f{n}(a: Int = {n}) = f{m}(a)\n",
         "val a{n} = \"$a/b${c}\"\n", "when (a) { {n} -> b }\n", "typealias A{n} = B\n", "fun Route.r{n}() { route(\"/a{n}\") { get { } } }\n", "val a{n} by lazy { b }\n", "interface A{n}<T : A{m}>\n", "enum class A{n} { B }\n", "@A(b = {n})\n", "companion object { const val A{n} = 1 }\n"),
        (("(", ")"), ("{", "}"), ("[", "]"), ("f(", ")"), ("A<", ">"), ("f { ", " }"), ("!", ""), ("if (a) ", ""), ('"${', '}"'), ("class A {", "}"), ("route(\"/a\") {", "}"), ("a@ ", "")),
        "val x = a", (".a", "()", "[0]", ".a { }", ' + "a"', " ?: a", "?.a", " && a", "!!", " to a", " as A"),
        "fun Route.f{n}() { f{m}(); f{m}() }\n", "fun Application.g() { routing { f0() } }\n", "val a{m} = listOf(a{n}, a{n})\n", "fun Application.h() { routing { a40.forEach { get(it) { } } } }\n",
        'fun Route.q{m}() { route("/a") { q{n}() }; route("/b") { q{n}() } }\n', 'fun Route.q0() { get("/x") { } }\nfun Application.i() { routing { q30() } }\n',
    ),
    Dialect(
        "aspnet", "Program.cs", ("A.csproj", '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net9.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Microsoft.EntityFrameworkCore" Version="9.0.0"/></ItemGroup></Project>'),
        'using Microsoft.AspNetCore.Mvc;\nvar builder = WebApplication.CreateBuilder(args);\nvar app = builder.Build();\nvar r0 = app.MapGroup("/r");\nvar a0 = new[] { "a" };\napp.MapGet("/first", First);\n',
        '\napp.MapGet("/last", Last);\n',
        ('app.MapGet("/a{n}", H);\n', "app.MapGroup(\"/a{n}\").RequireAuthorization();\n", "[ApiController][Route(\"a{n}\")] public class C{n} : ControllerBase { [HttpGet] public int A() => 1; }\n", "public class A{n} : A{m}, IB { public int A { get; set; } void B() { C(); } }\n", "using A.B{n};\n", "namespace A{n} { }\n", "public record A{n}(int A, string B);\n",
         "static void F{n}(int a = {n}) { F{m}(a); }\n", "var a{n} = $\"{a}/b{c}\";\n", "if (a{n}) { B(); }\n", "foreach (var a in b) { app.MapGet($\"/{a}{n}\", H); }\n", "[Authorize(Policy = \"A{n}\")] class R{n} { }\n", "public class D{n} : DbContext { public DbSet<E{n}> A { get; set; } }\n", "enum A{n} { B }\n", "#if A{n}\n#endif\n", "builder.Services.AddHostedService<A{n}>();\n"),
        (("(", ")"), ("{", "}"), ("[", "]"), ("F(", ")"), ("A<", ">"), ("() => ", ""), ("!", ""), ("a ? b : ", ""), ('$"{', '}"'), ("class A {", "}"), ("namespace A {", "}"), ("new A { B = ", "}"), ("if (a) ", ""), ("await ", ""), ("[A] ", "")),
        "var x = app", (".A", "()", "[0]", ".A(b)", ' + "a"', " ?? a", "?.A", " && a", "!", " is A", " switch { }"),
        "static void F{n}(WebApplication app) { F{m}(app); F{m}(app); }\n", "F0(app);\n", "var a{m} = new[] { a{n}, a{n} };\n", "app.MapMethods(a40, a40, H);\napp.MapGroup(a40).RequireAuthorization(a40);\n",
        'static void Q{m}(RouteGroupBuilder g) { Q{n}(g.MapGroup("/a")); Q{n}(g.MapGroup("/b")); }\n', 'static void Q0(RouteGroupBuilder g) { g.MapGet("/x", H); }\nQ30(r0);\n',
    ),
    Dialect(
        "gin", "main.go", ("go.mod", "module a\ngo 1.22\nrequire github.com/gin-gonic/gin v1.10.0\nrequire gorm.io/gorm v1.25.0\nrequire github.com/go-chi/chi/v5 v5.0.0\n"),
        'package main\nimport "github.com/gin-gonic/gin"\nvar app = gin.New()\nvar a0 = []string{"a"}\nfunc init() { app.GET("/first", first) }\n',
        '\nfunc main() { app.GET("/last", last) }\n',
        ('func g{n}(r *gin.Engine) { r.GET("/a{n}", h) }\n', "type A{n} struct { gorm.Model; A string `gorm:\"a\"`; B A{m} }\n", "type A{n} interface { B() }\n", "func (a *A{n}) B() { c() }\n", "const A{n} = \"a\" + A{m}\n", "var a{n} = b.C(d)\n", "import \"a/b{n}\"\n", "func f{n}(a, b int) (int, error) { return f{m}(a, b) }\n", "func h{n}() { for _, a := range b { app.GET(a, c) } }\n",
         "func i{n}() { switch a { case {n}: b() } }\n", "func j{n}() { go func() { a() }(); defer b() }\n", "type A{n}[T any] struct{}\n", "func k{n}() { a := map[string]int{\"a\": {n}} }\n", "func l{n}(r *gin.RouterGroup) { r.Use(Auth{n}()).GET(\"/a\", h) }\n"),
        (("(", ")"), ("{", "}"), ("[", "]"), ("f(", ")"), ("[]", ""), ("*", ""), ("func() { ", " }"), ("!", ""), ("map[a]", ""), ("chan ", ""), ("A{", "}"), ("if a { ", " }")),
        "func x() { y := app", (".A", "()", "[0]", ".A(b)", ' + "a"', " && a", ".(A)"),
        "func f{n}(r *gin.Engine) { f{m}(r); f{m}(r) }\n", "func init() { f0(app) }\n", "var a{m} = [][]string{a{n}, a{n}}\n", "func init() { app.Match(a40, a40, a40); for _, a := range a40 { app.GET(a, h) } }\n",
        'func q{m}(g *gin.RouterGroup) { q{n}(g.Group("/a")); q{n}(g.Group("/b")) }\n', 'func q0(g *gin.RouterGroup) { g.GET("/x", h) }\nfunc init() { q30(app.Group("/q")) }\n',
    ),
    Dialect(
        "laravel", "routes/web.php", ("composer.json", '{"name": "a/a", "require": {"laravel/framework": "^11.0", "slim/slim": "^4", "doctrine/orm": "^3"}}'),
        "<?php\nuse Illuminate\\Support\\Facades\\Route;\n$a0 = ['a'];\nRoute::get('/first', [First::class, 'first']);\n",
        "\nRoute::get('/last', [Last::class, 'last']);\n",
        ("Route::get('/a{n}', [A{n}::class, 'b']);\n", "Route::resource('a{n}', A::class);\n", "Route::middleware('auth{n}')->group(function () { Route::get('/a{n}', 'b'); });\n", "Route::prefix('a{n}')->group(fn () => b());\n", "class A{n} extends A{m} { public $a = 1; function b() { return c(); } }\n", "use A\\B{n};\n", "function f{n}($a = {n}) { return f{m}($a); }\n",
         "$x{n} = \"$a/b{$c}\";\n", "foreach ($a as $b) { Route::get(\"/$b{n}\", 'c'); }\n", "if ($a{n}) { b(); }\n", "switch ($a) { case {n}: b(); }\n", "$a['b{n}'] = ['c' => {n}];\n", "#[Route('/a{n}')]\nfunction r{n}() {}\n", "enum A{n}: string { case B = 'b'; }\n", "trait A{n} { use B; }\n", "namespace A{n};\n", "define('A{n}', 1);\n", "?>a<?php\n", "match ($a) { {n} => b() };\n"),
        (("(", ")"), ("[", "]"), ("f(", ")"), ("['a' => ", "]"), ("!", ""), ("fn () => ", ""), ("function () { ", " }"), ("$a = ", ""), ("new ", ""), ("$", ""), ("@", ""), ("if ($a) ", ""), ('"{$a[', ']}"'), ("{", "}"), ("$a ? $b : ", ""), ("#[A] ", "")),
        "$x = $a", ("->a", "()", "[0]", "->a($b)", " . 'a'", "::a", " ?? $a", " && $a", "?->a"),
        "function f{n}($a) { f{m}([$a]); f{m}([$a]); }\n", "f0('/a');\n", "$a{m} = [$a{n}, $a{n}];\n", "Route::match($a40, $a40, $a40);\nRoute::middleware($a40)->prefix($a40)->group(fn () => Route::get('/z', 'b'));\n",
        "$q{m} = function () use ($q{n}) { Route::prefix('a')->group($q{n}); Route::prefix('b')->group($q{n}); };\n", "$q0 = fn () => Route::get('/x', 'b');\nRoute::prefix('q')->group($q30);\n",
    ),
    Dialect(
        "rails", "config/routes.rb", ("Gemfile", "gem 'rails', '7.1'\ngem 'sidekiq'\ngem 'sinatra'\n"),
        "Rails.application.routes.draw do\n  get '/first', to: 'a#first'\n  a0 = ['a']\n",
        "\n  get '/last', to: 'a#last'\nend\n",
        ("get '/a{n}', to: 'a#b'\n", "resources :a{n}\n", "resources :a{n} do\n  resources :b\nend\n", "namespace :a{n} do\n  get 'b'\nend\n", "scope '/a{n}' do\n  get 'b'\nend\n", "concern :a{n} do\n  concerns :a{m}\n  concerns :a{m}\nend\n", "authenticate :a{n} do\n  get 'b'\nend\n", "def f{n}(a = {n})\n  f{m}(a)\nend\n", "class A{n} < A{m}\n  def b; c; end\nend\n",
         "module A{n}\nend\n", "x{n} = \"#{a}/b#{c}\"\n", "%w[a b].each { |a| get \"/#{a}{n}\" }\n", "if a{n}\n  b\nend\n", "case a\nwhen {n} then b\nend\n", "a[:b{n}] = {c: {n}}\n", "mount A{n} => '/a{n}'\n", "draw :a{n}\n", "direct(:a{n}) { b }\n", "match '/a{n}', to: 'b#c', via: [:get, :post]\n", "a <<~E\n{n}\nE\n", "constraints(a: /{n}/) { get 'b' }\n"),
        (("(", ")"), ("[", "]"), ("{a: ", "}"), ("f(", ")"), ("!", ""), ("-> { ", " }"), ("scope 'a' do\n", "\nend"), ("resources :a do\n", "\nend"), ("begin\n", "\nend"), ("if a\n", "\nend"), ('"#{', '}"'), ("class A\n", "\nend"), ("not ", ""), ("f ", ""), ("a = ", "")),
        "x = a", (".a", "()", "[0]", ".a(b)", " + 'a'", "&.a", " || a", " && a", "::A", " { }"),
        "def f{n}(a)\n  f{m}([a])\n  f{m}([a])\nend\n", "f0('a')\n", "a{m} = [a{n}, a{n}]\n", "match a40, to: 'b#c', via: a40\nscope a40 do\n  get a40\nend\nresources a40, only: a40\n",
        "concern :q{m} do\n  scope('a') { concerns :q{n} }\n  scope('b') { concerns :q{n} }\nend\n", "concern(:q0) { get 'x' }\nconcerns :q30\n",
    ),
    Dialect(
        "axum", "src/main.rs", ("Cargo.toml", '[package]\nname = "a"\nversion = "1.0.0"\n[dependencies]\naxum = "0.7"\nactix-web = "4"\nsea-orm = "1"\nrocket = "0.5"\n'),
        'use axum::{routing::get, Router};\nfn first() -> Router { Router::new().route("/first", get(one)) }\nfn r0() -> Router { Router::new() }\n',
        '\nfn last() -> Router { Router::new().route("/last", get(two)) }\n#[tokio::main]\nasync fn main() { axum::serve(l, first().merge(last())).await; }\n',
        ('fn g{n}() -> Router { Router::new().route("/a{n}", get(h)) }\n', "struct A{n} { a: B, c: A{m} }\n", "impl A{n} { fn b(&self) { c() } }\n", "trait A{n}: A{m} { fn b(); }\n", "enum A{n} { B, C(D) }\n", "use a::b{n};\n", "use a{n}::*;\n", "mod a{n};\n", "mod a{n} { use super::*; }\n", "const A{n}: &str = concat!(\"a\", A{m});\n", "fn f{n}(a: B) -> C { f{m}(a) }\n",
         "#[get(\"/a{n}\")] fn h{n}() {}\n", "macro_rules! a{n} { () => {} }\n", "fn i{n}() { for a in b { c(a); } }\n", "fn j{n}() { match a { {n} => b, _ => c } }\n", "static A{n}: B = c!(d);\n", "type A{n} = B<A{m}>;\n", "#[derive(DeriveEntityModel)] #[sea_orm(table_name = \"a{n}\")] pub struct Model{n} { a: i32 }\n"),
        (("(", ")"), ("{", "}"), ("[", "]"), ("f(", ")"), ("A<", ">"), ("&", ""), ("!", ""), ("|| ", ""), ("Box<", ">"), ("a!(", ")"), ("if a {", "}"), ("mod a {", "}"), ("/*", "*/"), ("unsafe {", "}"), ("*", "")),
        "fn x() { let y = Router::new()", (".a", "()", ".a(b)", '.route("/a{n}", get(h))', ".layer(auth{n})", ".nest(\"/a{n}\", r0())", ".merge(r0())", "?", " + a", " && a", ".await", " as A", "[0]", "::<A>()"),
        "fn f{n}(r: Router) -> Router { f{m}(f{m}(r)) }\n", "fn y() { let r = f0(Router::new()); }\n", "const A{m}: &[B] = &[A{n}, A{n}];\n", "fn z() { let r = Router::new().route(A40, get(h)); for a in A40 { r.route(a, get(h)); } }\n",
        'fn r{m}() -> Router { Router::new().nest("/a", r{n}()).nest("/b", r{n}()) }\n', "fn w() { let r = r30(); }\n",
    ),
    Dialect(
        "phoenix", "lib/a_web/router.ex", ("mix.exs", 'defmodule A.MixProject do\n  use Mix.Project\n  def project, do: [app: :a, version: "1.0.0", deps: deps()]\n  defp deps, do: [{:phoenix, "~> 1.7"}, {:ecto_sql, "~> 3.10"}, {:oban, "~> 2.17"}]\nend\n'),
        'defmodule AWeb.Router_first do\n  use AWeb, :router\n  get "/first", PageController, :first\n',
        '\n  get "/last", PageController, :last\nend\n',
        ('get "/a{n}", PageController, :a{n}\n', 'scope "/a{n}", A do\n  get "/b", C, :d\nend\n', "pipeline :a{n} do\n  plug :require_auth{n}\nend\n", "pipe_through :a{n}\n", "pipe_through [:a{n}, :a{m}]\n", 'resources "/a{n}", AController\n', 'resources "/a{n}", AController, only: [:index]\n', 'live "/a{n}", ALive\n',
         'live_session :a{n} do\n  live "/b", ALive\nend\n', 'forward "/a{n}", APlug\n', "plug A{n}, b: :c\n", "alias A.B{n}\n", "import A{n}\n", "use A{n}\n", "@a{n} 1\n", "def a{n}(b), do: b\n", "defp a{n}(b) do\n  c(b)\nend\n", 'socket "/a{n}", A\n', 'match :*, "/a{n}", A, :b\n', "case a do\n  {n} -> b\nend\n", "~w(a{n} b)\n", 'defmodule A{n} do\n  use Ecto.Schema\n  schema "a{n}" do\n    field :a, :string\n  end\nend\n'),
        (("(", ")"), ("[", "]"), ("{", "}"), ("%{a: ", "}"), ("f(", ")"), ("fn -> ", " end"), ('scope "/a" do\n', "\nend"), ('resources "/a", A do\n', "\nend"), ("if a do\n", "\nend"), ("not ", "a"), ("a = ", "a"), ('"#{', '}"'), ("-", "a")),
        "x = a", (".a", "(b)", " |> a()", " <> b", " && a", " ++ [a]", "[:a]", ' |> scope("/a{n}")'),
    ),
    Dialect(
        "akka", "src/main/scala/Routes.scala", ("build.sbt", 'libraryDependencies ++= Seq("com.typesafe.akka" %% "akka-http" % "10.5.0", "org.http4s" %% "http4s-dsl" % "0.23.0", "com.softwaremill.sttp.tapir" %% "tapir-core" % "1.0.0", "dev.zio" %% "zio-http" % "3.0.0")\n'),
        'import akka.http.scaladsl.server.Directives._\nobject Routes {\n  val first = path("first") { get { complete("a") } }\n',
        '\n  val last = path("last") { get { complete("a") } }\n}\n',
        ('val a{n} = path("a{n}") { get { complete("a") } }\n', 'val b{n} = pathPrefix("a{n}") { a{m} }\n', 'val c{n} = path("a" / Segment / "b{n}") { a => post { complete(a) } }\n', "val d{n} = a{n} ~ a{m}\n", "val e{n} = concat(a{n}, a{m})\n", "def f{n}: Route = f{m}\n", "val g{n} = authenticateBasic(realm = \"a\", h{n}) { a => b }\n", "import a.b{n}\n", "class A{n}(a: B) extends C {}\n", "case class A{n}(a: Int)\n", "trait A{n} { def a: Route }\n",
         'case GET -> Root / "a{n}" => Ok()\n', 'val h{n} = endpoint.get.in("a{n}").out(stringBody)\n', 'Method.GET / "a{n}" -> handler(a)\n', "val x = s\"a${b}{n}\"\n", "a match { case {n} => b }\n", "// a{n}\n", "/* a{n} */\n", "@A{n} def i{n}() = {}\n", "type A{n} = B[A{m}]\n"),
        (("(", ")"), ("[", "]"), ("{", "}"), ("f(", ")"), ('path("a") {', "}"), ('pathPrefix("a") {', "}"), ("get {", "}"), ("a => ", "a"), ("A[", "]"), ("!", "a"), ('s"${', '}"'), ("/*", "*/"), ("if (a) ", "a"), ("new A(", ")"), ('"""', '"""')),
        "val x = a", (".a", "()", ".a(b)", " ~ a", ' ~ path("a{n}") { get { b } }', " / b", " & get", " + b", '.in("a{n}")', ", a"),
    ),
)  # fmt: skip


_UNITS = ('"', "'", "`", "<", "\\", "#", "//", "/*", "a.", "a(", "@", "\n", "\x00")
"""What opens or divides something in many languages; `support_hostile.UNITS` go through the same parsers there."""


def written(template: str, number: int) -> str:
    return template.replace("{n}", str(number)).replace("{m}", str(number + 1))


def counted(template: str) -> Make:
    """Something again and again, numbered, and no half of it at the end."""
    return lambda size: "".join(written(template, number) for number in range(max(1, size // len(written(template, size)))))


def inside(opening: str, closing: str, most: int = 1 << 30) -> Make:
    """One thing in another, as deep as the size goes."""

    def make(size: int) -> str:
        depth = max(1, min(most, size // (len(opening) + len(closing))))
        return opening * depth + closing * depth

    return make


def programs(dialect: Dialect) -> Iterator[tuple[str, Make]]:
    """(what it is, maker) of every hostile program in a framework's dialect, without `first` and `last`."""
    for unit in _UNITS:
        yield f"{unit!r}", repeated(unit)
    for word in dialect.words:
        yield f"{word!r} counted", counted(word)
        yield f"{word!r} repeated", repeated(written(word, 0))
        yield f"{word!r} in one line", repeated(written(word, 0).replace("\n", " "))
    for opening, closing in dialect.nested:
        yield f"{opening!r} open", repeated(opening)
        yield f"{opening!r} nested", inside(opening, closing)
        yield f"{opening!r} nested to the bound", inside(opening, closing, 1_900)
        yield f"{opening!r} nested in names", numbered(opening + "a%d" + closing)
    for link in dialect.chained:
        yield f"{link!r} chained", lambda size, link=link: dialect.opened + counted(link)(size)  # type: ignore[misc]
    yield "functions that call each other twice", small(dialect.twice, dialect.started)
    yield "lists of lists", small(dialect.doubled, dialect.given)
    yield "routers mounted twice", small(dialect.mounted, dialect.routed)
    yield "routers mounted twice without a route", small(dialect.mounted, dialect.routed.partition("\n")[2] or dialect.routed)


def small(template: str, end: str, count: int = 60) -> Make:
    """A few of something, whatever the size."""
    return lambda size: "".join(written(template, number) for number in range(count)) + end


def files(dialect: Dialect, text: str) -> dict[str, str]:
    """The repository of a program."""
    return {dialect.manifest[0]: dialect.manifest[1], dialect.path: f"{dialect.first}{text}{dialect.last}"}
