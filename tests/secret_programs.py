"""Secrets in programs: in the paths, guards, handlers, models and calls of what answers requests, in eight languages."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from secret_formats import Document, Plant, plantation, quoted, single


@plantation
def flask_program(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document("requirements.txt", "flask==3.0.0\nfastapi==0.110\nsqlalchemy==2.0\ncelery==5.3")
    app = Document(
        "app.py", "from flask import Flask, Blueprint\nfrom auth import login_required, roles_required\nimport requests", "app = Flask(__name__)", '@app.get("/health")\ndef health(): pass'
    )  # fmt: skip
    api = Document("api.py", "from fastapi import FastAPI, APIRouter, Depends\nfrom auth import require_token", "api = FastAPI()")
    models = Document(
        "models.py",
        "from sqlalchemy import Column, ForeignKey, String, Index\nfrom sqlalchemy.orm import DeclarativeBase, relationship\nclass Base(DeclarativeBase): pass",
    )
    tasks = Document("tasks.py", "from celery import Celery\ncelery = Celery('shop')")
    for index, p in enumerate(plants):
        value = repr(p.text)
        app.add(
            f"@app.route('/{index}/' + {value}, endpoint={value})\n@roles_required({value})\n@login_required(token={value})\ndef view{index}(): return requests.get({value})"
        )
        app.add(
            f"b{index} = Blueprint({value}, __name__, url_prefix={value})\n@b{index}.get({value})\ndef inner{index}(): pass\napp.register_blueprint(b{index})"
        )
        app.add(f"app.add_url_rule(f'/x/{{{value}}}', view_func=view{index})\n@app.errorhandler({value})\ndef failed{index}(e): pass")
        api.add(
            f"@api.get({value}, dependencies=[Depends(require_token({value}))], operation_id={value})\ndef read{index}(q: str = {value}): pass"
        )
        api.add(
            f"r{index} = APIRouter(prefix={value}, tags=[{value}])\n@r{index}.post({value})\ndef write{index}(): pass\napi.include_router(r{index}, prefix={value})"
        )
        models.add(
            f"class M{index}(Base):\n    __tablename__ = {value}\n    id = Column({value}, ForeignKey({value}), primary_key=True, default={value}, server_default={value}, comment={value})"
        )
        models.add(f"    other = relationship({value}, back_populates={value})\n    __table_args__ = (Index({value}, {value}),)")
        tasks.add(
            f"@celery.task(name={value}, queue={value})\ndef job{index}(key={value}): pass\ncelery.conf.beat_schedule = {{'job{index}': {{'task': {value}, 'schedule': {value}}}}}"
        )
    yield from (app, api, models, tasks)


@plantation
def django_program(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document("requirements.txt", "django==5.0\ndjangorestframework==3.15")
    yield Document("manage.py", "import django")
    yield Document("shop/settings.py", "ROOT_URLCONF = 'shop.urls'\nINSTALLED_APPS = ['django.contrib.auth', 'rest_framework', 'shop']")
    urls = Document(
        "shop/urls.py",
        "from django.urls import path, re_path\nfrom django.contrib.auth.decorators import permission_required\nfrom shop import views",
        "urlpatterns = [path('health', views.health)]",
    )
    views = Document("shop/views.py", "from django.contrib.auth.decorators import permission_required", "def health(request): pass")
    models = Document("shop/models.py", "from django.db import models")
    for index, p in enumerate(plants):
        value = repr(p.text)
        pattern = "'x'" if "SHELL" in p.name else value  # of a regular expression only a few letters stay
        urls.add(
            f"urlpatterns += [path({value}, views.view{index}, name={value}), re_path({pattern}, views.view{index}, {{'key': {value}}})]"
        )
        views.add(f"@permission_required({value}, login_url={value})\ndef view{index}(request): pass")
        models.add(
            f"class M{index}(models.Model):\n    key = models.CharField({value}, default={value}, db_column={value}, help_text={value})\n    other = models.ForeignKey({value}, related_name={value})"
        )
        models.add(f"    class Meta:\n        db_table = {value}\n        indexes = [models.Index(fields=[{value}], name={value})]")
    yield from (urls, views, models)


@plantation
def express_program(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document(
        "package.json",
        '{"name": "shop", "main": "app.js", "dependencies": {"express": "4.18.2", "@nestjs/core": "10.0.0", "@nestjs/common": "10.0.0", "mongoose": "8.0.0", "typeorm": "0.3.0", "axios": "1.0.0"}}',
    )
    app = Document(
        "app.js",
        "const express = require('express'); const axios = require('axios'); const mongoose = require('mongoose')",
        "const app = express()\napp.get('/health', (req, res) => res.send())",
    )
    nest = Document("users.controller.ts", "import { Controller, Get, UseGuards, SetMetadata } from '@nestjs/common'")
    models = Document("user.entity.ts", "import { Entity, Column, ManyToOne, Index } from 'typeorm'")
    for index, p in enumerate(plants):
        value = single(p.text)
        app.add(
            f"app.get({value}, requireAuth({value}), handlers[{value}])\napp.post(`/x/${{{value}}}`, passport.authenticate({value}), (req, res) => axios.get({value}))"
        )
        app.add(
            f"const r{index} = express.Router(); r{index}.use(requireRole({value})); r{index}.route({value}).put(check({value})); app.use({value}, r{index})"
        )
        app.add(
            f"mongoose.model({value}, new mongoose.Schema({{ {quoted(p.inline)}: {{ type: String, ref: {value}, default: {value} }} }}, {{ collection: {value} }}))"
        )
        nest.add(
            f"@Controller({value})\n@UseGuards(AuthGuard({value}))\nexport class C{index} {{\n  @Get({value})\n  @Roles({value})\n  read() {{ return fetch({value}) }}\n}}"
        )
        models.add(
            f"@Entity({value})\n@Index([{value}])\nexport class M{index} {{ @Column({{ name: {value}, default: {value}, type: {value} }}) key: string\n @ManyToOne({value}) other: string }}"
        )
    yield from (app, nest, models)


@plantation
def spring_program(plants: Sequence[Plant]) -> Iterator[Document]:
    packages = (
        "spring-boot-starter-web",
        "spring-boot-starter-security",
        "spring-boot-starter-data-jpa",
        "spring-boot-starter-cache",
        "spring-cloud-starter-openfeign",
    )
    wanted = "".join(
        f"<dependency><groupId>org.springframework.boot</groupId><artifactId>{each}</artifactId></dependency>" for each in packages
    )
    yield Document(
        "pom.xml",
        f"<project><groupId>shop</groupId><artifactId>shop</artifactId><version>1.0</version><dependencies>{wanted}</dependencies></project>",
    )
    folder = "src/main/java/shop"
    first = Document(
        f"{folder}/Health.java",
        "package shop;",
        "import org.springframework.web.bind.annotation.*;",
        '@RestController class Health { @GetMapping("/health") String read() { return ""; } }',
    )
    yield first
    imports = (
        "".join(
            f"import org.springframework.{each}.*;\n"
            for each in (
                "web.bind.annotation",
                "security.access.prepost",
                "cache.annotation",
                "cloud.openfeign",
                "web.client",
                "transaction.annotation",
                "scheduling.annotation",
                "beans.factory.annotation",
            )
        )
        + "import jakarta.persistence.*;"
    )
    for index, p in enumerate(plants):
        value = quoted(p.text)
        yield Document(
            f"{folder}/C{index}.java", "package shop;", imports, f"@RestController @RequestMapping({value}) class C{index} {{",
            f"  static final String KEY = {value};", f"  @Value({value}) String setting;",
            f"  @GetMapping(path = {value} + KEY) @PreAuthorize({value}) @Cacheable({value}) String a(@RequestParam(defaultValue = {value}) String q) {{ return new RestTemplate().getForObject({value}, String.class); }}",
            f"  @PostMapping(KEY) @Secured({value}) @Transactional({value}) String b() {{ return WebClient.create({value}).get().uri(KEY).toString(); }}",
            f"  @ExceptionHandler(value = {value}) String c() {{ return KEY; }}", f"  @Scheduled(cron = {value}) void d() {{}}", "}",
            f"@FeignClient(name = {value}, url = {value}) interface F{index} {{ @GetMapping({value}) String read(); }}",
            f"@Entity(name = {value}) @Table(name = {value}, indexes = @Index(name = {value}, columnList = {value})) class M{index} {{ @Id @Column(name = {value}, columnDefinition = {value}) String key = {value}; }}",
            f"class S{index} {{ void rules(HttpSecurity http) {{ http.authorizeHttpRequests(a -> a.requestMatchers({value}).hasRole({value}).anyRequest().authenticated()); }} }}",
        )  # fmt: skip


@plantation
def gin_program(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document("go.mod", "module shop.example/shop\ngo 1.22\nrequire github.com/gin-gonic/gin v1.9.0\nrequire gorm.io/gorm v1.25.0")
    main = Document(
        "main.go",
        'package main\nimport ("github.com/gin-gonic/gin"; "net/http"; "gorm.io/gorm")',
        "func main() {\nr := gin.Default()",
        'r.GET("/health", health)',
    )
    models = Document("models.go", 'package main\nimport "gorm.io/gorm"')
    for index, p in enumerate(plants):
        value = quoted(p.text)
        main.add(
            f"r.GET({value}, RequireAuth({value}), handlers[{value}])\ng{index} := r.Group({value}, RequireRole({value}))\ng{index}.POST({value} + {value}, create)\nhttp.Get({value})"
        )
        models.add(
            f'type M{index} struct {{ gorm.Model\n Key string `gorm:"column:{p.key};default:{p.inline.replace("`", "").replace(chr(34), "")}"` }}\nfunc (M{index}) TableName() string {{ return {value} }}'
        )
    yield from (main.add("r.Run()\n}"), models)


@plantation
def aspnet_program(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document(
        "Shop.csproj",
        '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Microsoft.EntityFrameworkCore" Version="8.0.0" /></ItemGroup></Project>',
    )
    program = Document(
        "Program.cs",
        "var builder = WebApplication.CreateBuilder(args);",
        "var app = builder.Build();",
        'app.MapGet("/health", () => "up");',
    )
    classes = Document(
        "Controllers.cs",
        "using Microsoft.AspNetCore.Mvc; using Microsoft.AspNetCore.Authorization; using Microsoft.EntityFrameworkCore; using System.ComponentModel.DataAnnotations.Schema;",
    )
    context = Document(
        "Context.cs",
        "using Microsoft.EntityFrameworkCore;\npublic class Context : DbContext { protected override void OnModelCreating(ModelBuilder b) {",
    )
    for index, p in enumerate(plants):
        value = quoted(p.text)
        program.add(
            f"app.MapGet({value}, Read).RequireAuthorization({value}).WithName({value}).RequireRateLimiting({value});\nvar g{index} = app.MapGroup({value}).RequireAuthorization(p => p.RequireRole({value}));\ng{index}.MapPost({value}, (string q = {value}) => new HttpClient().GetAsync({value}));"
        )
        program.add(f"builder.Services.AddHttpClient({value}, c => c.BaseAddress = new Uri({value}));")
        classes.add(
            f"[ApiController, Route({value})] [Authorize(Policy = {value}, Roles = {value})] public class C{index} : ControllerBase {{ [HttpGet({value}, Name = {value})] public string Read() => {value}; }}"
        )
        classes.add(f"[Table({value})] public class M{index} {{ [Column({value})] public string Key {{ get; set; }} = {value}; }}")
        context.add(
            f"b.Entity<M{index}>().ToTable({value}).HasIndex({value}).HasDatabaseName({value}); }} public DbSet<M{index}> Ms{index} {{ get; set; }} void X{index}(ModelBuilder b) {{"
        )
    yield from (program.add("app.Run();"), classes, context.add("} }"))


@plantation
def laravel_program(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document(
        "composer.json",
        '{"name": "shop/shop", "require": {"php": "^8.2", "laravel/framework": "^11.0", "symfony/framework-bundle": "^7.0", "doctrine/orm": "^3.0"}}',
    )
    yield Document("artisan", "#!/usr/bin/env php")
    routes = Document("routes/web.php", "<?php\nuse Illuminate\\Support\\Facades\\Route;\nRoute::get('/health', fn () => 'up');")
    models = Document("app/Models/All.php", "<?php\nnamespace App\\Models;\nuse Illuminate\\Database\\Eloquent\\Model;")
    symfony = Document(
        "src/Controller/All.php",
        "<?php\nnamespace App\\Controller;\nuse Symfony\\Component\\Routing\\Attribute\\Route;\nuse Doctrine\\ORM\\Mapping as ORM;",
    )
    for index, p in enumerate(plants):
        value = single(p.text)
        routes.add(
            f"Route::get({value}, {single('ShopController@' + p.inline)})->middleware({single('auth:' + p.inline)})->name({value});\nRoute::prefix({value})->middleware([{value}, 'can:' . {value}])->group(function () {{ Route::post({value}, [ShopController::class, {value}])->can({value}); Route::resource({value}, {value}); }});"
        )
        models.add(
            f"class M{index} extends Model {{ protected $table = {value}; protected $fillable = [{value}]; protected $attributes = ['key' => {value}]; protected $casts = [{value} => {value}]; public function other() {{ return $this->belongsTo({value}, {value}); }} }}"
        )
        symfony.add(
            f"#[Route({value}, name: {value})] class C{index} {{ #[Route({value}, methods: [{value}])] #[IsGranted({value})] public function read() {{ return {value}; }} }}\n#[ORM\\Entity] #[ORM\\Table(name: {value})] class E{index} {{ #[ORM\\Column(name: {value}, type: {value}, options: ['default' => {value}])] private $key = {value}; }}"
        )
    yield from (routes, models, symfony)


@plantation
def rails_program(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document("Gemfile", "gem 'rails', '7.1.0'\ngem 'sinatra', '4.0.0'\ngem 'sidekiq', '7.0.0'")
    yield Document("config/application.rb", "module Shop; class Application < Rails::Application; end; end")
    routes = Document("config/routes.rb", "Rails.application.routes.draw do\nget '/health', to: 'health#read'")
    classes = Document("app/controllers/health_controller.rb", "class HealthController < ApplicationController")
    models = Document("app/models/all.rb", "")
    sinatra = Document("app.rb", "require 'sinatra'\nget('/up') { 'up' }")
    for index, p in enumerate(plants):
        value = single(p.text)
        routes.add(
            f"get {value}, to: {value}, as: {value}, defaults: {{ key: {value} }}, constraints: {{ key: {value} }}\nget '/{index}', to: 'health#' + {value}\nnamespace({value}) {{ resources {value}, path: {value}, only: [{value}] }}\nauthenticate({value}) {{ mount {value} => {value} }}"
        )
        classes.add(
            f"before_action {value}, only: [{value}]\nbefore_action -> {{ authorize!({value}) }}\nhttp_basic_authenticate_with name: {value}, password: {value}\nrescue_from {value}, with: {value}\ndef read{index}; Net::HTTP.get({value}); end"
        )
        models.add(
            f"class M{index} < ApplicationRecord\nself.table_name = {value}\nbelongs_to {value}, class_name: {value}, foreign_key: {value}\nhas_many :others, class_name: {value}\nattribute {value}, default: {value}\nend"
        )
        sinatra.add(f"get({value}) {{ {value} }}\nbefore({value}) {{ authenticate!({value}) }}")
    yield from (routes.add("end"), classes.add("end"), models, sinatra)


@plantation
def rust_program(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document("Cargo.toml", '[package]\nname = "shop"\nversion = "0.1.0"\n[dependencies]\naxum = "0.7"\nactix-web = "4"')
    main = Document(
        "src/main.rs", 'use axum::{Router, routing::get, middleware};\nfn app() -> Router {\nRouter::new().route("/health", get(health))'
    )
    actix = Document("src/web.rs", 'use actix_web::{get, web};\n#[get("/up")]\nasync fn up() -> String { "up".into() }')
    for index, p in enumerate(plants):
        value = quoted(p.text)
        main.add(f".route({value}, get(read).layer(require_auth({value})))\n.nest({value}, Router::new().route({value}, get(read)))")
        actix.add(
            f"#[get({value}, name = {value}, guard = {value})]\nasync fn read{index}() -> String {{ reqwest::get({value}); {value}.into() }}"
        )
    yield from (main.add("}\nfn main() { app(); }"), actix)
