"""Secrets in what programs call beside answering requests: defaults, validation, clocks, queues, clients, tokens, caches, queries."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from secret_formats import Document, Plant, plantation, quoted, single


def host(plant: Plant) -> str:
    """An address with the secret as a password."""
    return f"https://deploy:{plant.inline}@api.example/v1"


@plantation
def python_calls(plants: Sequence[Plant]) -> Iterator[Document]:
    yield Document(
        "requirements.txt",
        "fastapi==0.110\ncelery==5.3\napscheduler==3.10\npika==1.3\nhttpx==0.27\npyjwt==2.8\nredis==5.0\ngrpcio==1.60\nconfluent-kafka==2.3\nrq==1.16",
    )
    code = Document("shop/calls.py", "import os, httpx, jwt, redis, pika, grpc\nfrom fastapi import FastAPI, Header, Query, Security\nfrom pydantic import BaseModel, Field\nfrom celery import Celery\nfrom apscheduler.schedulers.blocking import BlockingScheduler\nfrom confluent_kafka import Consumer, Producer\nfrom rq import Queue", "app = FastAPI()\ncelery = Celery('shop')\nclock = BlockingScheduler()\nproducer = Producer({})\nconsumer = Consumer({})")  # fmt: skip
    for index, p in enumerate(plants):
        value, address = repr(p.text), repr(host(p))
        code.add(f"{p.name} = os.environ.get('{p.name}', {value})\nother{index} = os.getenv('{p.name}_B', default={value}) or {value}")
        code.add(
            f"class M{index}(BaseModel):\n    key: str = Field({value}, alias={value}, pattern={value}, description={value})\n    other: str = {value}"
        )
        code.add(
            f"@app.get('/d{index}')\ndef d{index}(q: str = Query({value}, description={value}), h: str = Header({value})): return httpx.get({address}, headers={{'authorization': {value}}})"
        )
        code.add(
            f"client{index} = httpx.AsyncClient(base_url={address}, auth=({value}, {value}))\ntoken{index} = jwt.encode({{}}, {value}, algorithm='HS256')\njwt.decode({value}, {value}, algorithms=[{value}])"
        )
        code.add(
            f"@celery.task(name='t{index}', queue={value})\ndef t{index}(): redis.Redis(password={value}).set({value}, {value})\ncelery.send_task({value}, queue={value})\nclock.add_job(t{index}, 'cron', hour={value}, id={value})\nclock.scheduled_job({value})(t{index})"
        )
        code.add(
            f"producer.produce({value}, {value})\nconsumer.subscribe([{value}])\nQueue({value}).enqueue({value})\nchannel = pika.BlockingConnection(pika.URLParameters({address})).channel()\nchannel.queue_declare(queue={value})\nchannel.basic_publish(exchange={value}, routing_key={value}, body={value})"
        )
        code.add(f"grpc.insecure_channel({address}).unary_unary({value})({value}, metadata=(('authorization', {value}),))")
    yield code


@plantation
def node_calls(plants: Sequence[Plant]) -> Iterator[Document]:
    packages = (
        "express",
        "axios",
        "jsonwebtoken",
        "bullmq",
        "node-cron",
        "kafkajs",
        "amqplib",
        "ioredis",
        "zod",
        "joi",
        "@nestjs/core",
        "@nestjs/common",
        "@nestjs/jwt",
        "@nestjs/schedule",
        "@nestjs/bull",
        "@nestjs/cache-manager",
        "@grpc/grpc-js",
        "graphql",
        "@apollo/server",
    )
    yield Document("package.json", '{"name": "shop", "dependencies": {' + ", ".join(f'"{each}": "1.0.0"' for each in packages) + "}}")
    code = Document("src/calls.ts", "import axios from 'axios'; import jwt from 'jsonwebtoken'; import { Queue, Worker } from 'bullmq'; import cron from 'node-cron'; import { Kafka } from 'kafkajs'; import amqp from 'amqplib'; import Redis from 'ioredis'; import { z } from 'zod'; import Joi from 'joi'; import * as grpc from '@grpc/grpc-js'; import express from 'express'", "const app = express()\nconst kafka = new Kafka({}); const producer = kafka.producer(); const consumer = kafka.consumer({})")  # fmt: skip
    nest = Document(
        "src/app.module.ts",
        "import { Module, Injectable } from '@nestjs/common'; import { JwtModule } from '@nestjs/jwt'; import { Cron, Interval } from '@nestjs/schedule'; import { BullModule, Processor, Process } from '@nestjs/bull'; import { CacheKey } from '@nestjs/cache-manager'",
    )
    schema = Document("src/schema.ts", "import { gql } from 'graphql-tag'")
    for index, p in enumerate(plants):
        value, address = single(p.inline), single(host(p))
        code.add(
            f"const a{index} = process.env.{p.name} || {value}; const b{index} = process.env.{p.name}_B ?? {value}; const {{ {p.name}_C = {value} }} = process.env"
        )
        code.add(
            f"const s{index} = z.object({{ {p.name}_D: z.string().default({value}).regex(/x/, {value}).describe({value}) }}); Joi.object({{ {p.name}_E: Joi.string().default({value}).valid({value}) }})"
        )
        code.add(
            f"cron.schedule({value}, run{index}, {{ name: {value} }}); new Queue({value}, {{ connection: {{ password: {value} }} }}).add({value}, {value}, {{ repeat: {{ pattern: {value} }} }}); new Worker({value}, run{index})"
        )
        code.add(
            f"const c{index} = axios.create({{ baseURL: {address}, headers: {{ Authorization: {value} }} }}); c{index}.get({value}); fetch({address}); axios.post({address}, {value})"
        )
        code.add(
            f"jwt.sign({{}}, {value}, {{ issuer: {value} }}); jwt.verify({value}, {value}); app.get('/j{index}', expressjwt({{ secret: {value}, algorithms: [{value}] }}), run{index})"
        )
        code.add(
            f"producer.send({{ topic: {value}, messages: [] }}); consumer.subscribe({{ topic: {value} }}); channel.assertQueue({value}); channel.publish({value}, {value}, Buffer.from({value})); amqp.connect({address})"
        )
        code.add(
            f"const m{index} = new grpc.Metadata(); m{index}.add('authorization', {value}); new grpc.Client({address}, {value}); new Redis({address}).set({value}, {value})"
        )
        nest.add(
            f"@Module({{ imports: [JwtModule.register({{ secret: {value}, signOptions: {{ issuer: {value} }} }}), BullModule.registerQueue({{ name: {value} }})] }})\nexport class A{index} {{}}\n@Injectable() @Processor({value}) export class P{index} {{ @Process({value}) p() {{}} @Cron({value}, {{ name: {value} }}) c() {{}} @Interval({value}, 10) i() {{}} @CacheKey({value}) k() {{}} }}"
        )
        schema.add(
            f'export const t{index} = gql`\n"""{p.inline.replace("`", "")}"""\ntype Query {{ "{p.inline.replace("`", "")}" f{index}(key: String = {quoted(p.inline).replace("`", "")}): Int @deprecated(reason: {quoted(p.inline).replace("`", "")}) }}\n`'
        )
    yield from (code, nest, schema)


@plantation
def java_calls(plants: Sequence[Plant]) -> Iterator[Document]:
    wanted = "".join(f"<dependency><groupId>org.springframework.{group}</groupId><artifactId>{each}</artifactId></dependency>" for group, each in (("boot", "spring-boot-starter-web"), ("boot", "spring-boot-starter-amqp"), ("kafka", "spring-kafka"), ("boot", "spring-boot-starter-data-redis"), ("boot", "spring-boot-starter-webflux"), ("boot", "spring-boot-starter-validation")))  # fmt: skip
    yield Document(
        "pom.xml",
        f"<project><groupId>shop</groupId><artifactId>shop</artifactId><version>1.0</version><dependencies>{wanted}</dependencies></project>",
    )
    for index, p in enumerate(plants):
        value, address = quoted(p.inline), quoted(host(p))
        yield Document(
            f"src/main/java/shop/C{index}.java", "package shop;", "import org.springframework.beans.factory.annotation.Value; import org.springframework.scheduling.annotation.*; import org.springframework.kafka.annotation.*; import org.springframework.amqp.rabbit.annotation.*; import org.springframework.cache.annotation.*; import org.springframework.web.bind.annotation.*; import jakarta.validation.constraints.*;",
            f"@RestController class C{index} {{",
            f'  @Value("${{{p.key}:" + {value} + "}}") String a; String b = System.getenv().getOrDefault("{p.name}_B", {value}); String c = Optional.ofNullable(System.getenv("{p.name}_C")).orElse({value});',
            f"  @Scheduled(cron = {value}, zone = {value}, fixedDelayString = {value}) void d() {{}}",
            f"  @KafkaListener(topics = {value}, groupId = {value}) void e() {{ kafkaTemplate.send({value}, {value}); }} @RabbitListener(queues = {value}) void f() {{ rabbitTemplate.convertAndSend({value}, {value}, {value}); }}",
            f"  @Bean Queue g() {{ return new Queue({value}); }} @Bean NewTopic h() {{ return TopicBuilder.name({value}).build(); }}",
            f"  @Cacheable(value = {value}, key = {value}) String i() {{ return redisTemplate.opsForValue().get({value}); }} @CacheEvict({value}) void j() {{}}",
            f"  WebClient k = WebClient.builder().baseUrl({address}).defaultHeader({value}, {value}).build(); RestTemplate l = new RestTemplateBuilder().rootUri({address}).basicAuthentication({value}, {value}).build();",
            f"  String m() {{ return Jwts.builder().setSubject({value}).signWith(SignatureAlgorithm.HS256, {value}).compact(); }} Algorithm n = Algorithm.HMAC256({value});",
            f"  @PostMapping(\"/n{index}\") void o(@Pattern(regexp = {value}, message = {value}) @RequestParam(value = {value}, defaultValue = {value}) String q, @RequestHeader({value}) String h) {{ metadata.put(Metadata.Key.of({value}, null), {value}); }} }}",
        )  # fmt: skip


@plantation
def other_calls(plants: Sequence[Plant]) -> Iterator[Document]:
    """Go, C#, PHP, Ruby and Rust."""
    yield Document(
        "go.mod",
        "module shop.example/shop\ngo 1.22\nrequire github.com/gin-gonic/gin v1.9.0\nrequire github.com/robfig/cron/v3 v3.0.1\nrequire github.com/golang-jwt/jwt/v5 v5.2.0\nrequire github.com/redis/go-redis/v9 v9.5.0\nrequire github.com/hibiken/asynq v0.24.0\nrequire github.com/segmentio/kafka-go v0.4.47\nrequire github.com/nats-io/nats.go v1.34.0\nrequire google.golang.org/grpc v1.62.0",
    )
    yield Document(
        "Shop.csproj",
        '<Project Sdk="Microsoft.NET.Sdk.Web"><PropertyGroup><TargetFramework>net8.0</TargetFramework></PropertyGroup><ItemGroup><PackageReference Include="Hangfire" Version="1.8.0" /><PackageReference Include="MassTransit.RabbitMQ" Version="8.2.0" /><PackageReference Include="Quartz" Version="3.8.0" /><PackageReference Include="FluentValidation" Version="11.9.0" /></ItemGroup></Project>',
    )
    yield Document(
        "composer.json",
        '{"name": "shop/shop", "require": {"php": "^8.2", "laravel/framework": "^11.0", "guzzlehttp/guzzle": "^7.0", "firebase/php-jwt": "^6.0"}}',
    )
    yield Document("Gemfile", "gem 'rails', '7.1.0'\ngem 'sidekiq', '7.0.0'\ngem 'faraday', '2.9.0'\ngem 'jwt', '2.8.0'")
    yield Document(
        "Cargo.toml", '[package]\nname = "shop"\nversion = "0.1.0"\n[dependencies]\naxum = "0.7"\nreqwest = "0.12"\njsonwebtoken = "9"'
    )
    go = Document(
        "calls.go",
        'package main\nimport ("os"; "github.com/gin-gonic/gin"; "github.com/robfig/cron/v3"; "github.com/golang-jwt/jwt/v5"; "github.com/redis/go-redis/v9"; "github.com/hibiken/asynq"; "github.com/segmentio/kafka-go"; "github.com/nats-io/nats.go"; "google.golang.org/grpc/metadata"; "net/http")\nfunc main() {\nr := gin.Default()\nc := cron.New()\nmux := asynq.NewServeMux()\nnc, _ := nats.Connect("")',
    )
    sharp = Document(
        "Calls.cs",
        "using Microsoft.AspNetCore.Mvc; using MassTransit; using Hangfire; using FluentValidation; using Microsoft.IdentityModel.Tokens;\nvar builder = WebApplication.CreateBuilder(args); var app = builder.Build();",
    )
    php = Document(
        "app/Calls.php",
        "<?php\nnamespace App; use Illuminate\\Support\\Facades\\{Cache, Http, Queue, Redis, Validator}; use Firebase\\JWT\\JWT;",
    )
    schedule = Document("routes/console.php", "<?php\nuse Illuminate\\Support\\Facades\\Schedule;")
    ruby = Document("app/jobs/calls_job.rb", "class CallsJob < ApplicationJob")
    rust = Document("src/main.rs", 'use axum::{Router, routing::get};\nfn main() {\nlet app = Router::new().route("/health", get(health));')
    for index, p in enumerate(plants):
        value, address, one = quoted(p.inline), quoted(host(p)), single(p.inline)
        go.add(
            f'a{index} := getenv("{p.name}", {value}); viper.SetDefault("{p.name}_B", {value})\nc.AddFunc({value}, run)\nhttp.Get({address}); req, _ := http.NewRequest({value}, {address}, nil); req.Header.Set("Authorization", {value})'
        )
        go.add(
            f'jwt.New(jwt.SigningMethodHS256).SignedString([]byte({value}))\nredis.NewClient(&redis.Options{{Password: {value}}}).Set(ctx, {value}, {value}, 0)\nmux.HandleFunc({value}, run); asynq.NewTask({value}, nil); kafka.NewReader(kafka.ReaderConfig{{Topic: {value}, GroupID: {value}}}); nc.Subscribe({value}, run); nc.Publish({value}, nil)\nmetadata.Pairs("authorization", {value})\nr.GET("/d{index}", gin.BasicAuth(gin.Accounts{{{value}: {value}}}), run)'
        )
        sharp.add(
            f'var a{index} = builder.Configuration["{p.key}"] ?? {value}; var b{index} = Environment.GetEnvironmentVariable("{p.name}") ?? {value}; builder.Configuration.GetValue("{p.key}b", {value});\nbuilder.Services.AddHttpClient("h{index}", c => {{ c.BaseAddress = new Uri({address}); c.DefaultRequestHeaders.Add({value}, {value}); }});\nbuilder.Services.AddJwtBearer(o => o.TokenValidationParameters = new() {{ IssuerSigningKey = new SymmetricSecurityKey(Encoding.UTF8.GetBytes({value})), ValidIssuer = {value} }});'
        )
        sharp.add(
            f'RecurringJob.AddOrUpdate({value}, () => Run(), {value}); builder.Services.AddMassTransit(x => x.UsingRabbitMq((c, f) => {{ f.Host({address}); f.ReceiveEndpoint({value}, e => {{}}); }}));\napp.MapGet("/d{index}", ([FromHeader(Name = {value})] string h = {value}) => cache.GetString({value})); public class V{index} : AbstractValidator<string> {{ public V{index}() {{ RuleFor(x => x).Matches({value}).WithMessage({value}); }} }}'
        )
        if index % 2:  # half of them is enough for the rest
            continue
        php.add(
            f"class C{index} implements ShouldQueue {{ public $queue = {one}; function a() {{ env('{p.name}', {one}); config('{p.key}', {one}); Cache::remember({one}, 60, fn () => Http::withToken({one})->baseUrl({single(host(p))})->get({one})); Redis::set({one}, {one}); Queue::push({one}); JWT::encode([], {one}, {one}); Validator::make([], [{one} => {one}]); new \\GuzzleHttp\\Client(['base_uri' => {single(host(p))}]); }} }}"
        )
        schedule.add(f"Schedule::command({one})->cron({one})->name({one}); Schedule::job({one}, {one})->dailyAt({one});")
        ruby.add(
            f"queue_as {one}\ndef run{index}; ENV.fetch('{p.name}', {one}); Rails.cache.fetch({one}) {{ Faraday.new(url: {single(host(p))}, headers: {{ {one} => {one} }}).get({one}) }}; JWT.encode({{}}, {one}, {one}); Sidekiq::Client.push('queue' => {one}, 'class' => {one}); validates :a, format: {{ with: {one}, message: {one} }}; end"
        )
        rust.add(
            f'let a{index} = std::env::var("{p.name}").unwrap_or({value}.into()); reqwest::Client::new().get({address}).header({value}, {value}).bearer_auth({value}); EncodingKey::from_secret({value}.as_ref());'
        )
    yield from (go.add("}"), sharp, php, schedule, ruby.add("end"), rust.add("}"))


@plantation
def stated_defaults(plants: Sequence[Plant]) -> Iterator[Document]:
    """Defaults and comments of tables, and what settings hand to programs."""
    sql = Document("db/schema.sql", "")
    for index, p in enumerate(plants):
        text = "'" + p.inline.replace("'", "''") + "'"
        sql.add(
            f"CREATE TABLE orders{index} (id integer PRIMARY KEY, a text DEFAULT {text} CHECK (a <> {text}), b varchar(80) DEFAULT ({text} || {text}) COMMENT {text});\nCOMMENT ON TABLE orders{index} IS {text};\nALTER TABLE orders{index} ADD COLUMN c text NOT NULL DEFAULT {text};\nINSERT INTO orders{index} VALUES (1, {text}, {text});\nCREATE INDEX i{index} ON orders{index} (a) WHERE a = {text};"
        )
    yield sql
    yield Document(
        "crontab", *(f"*/5 * * * * deploy {p.name}={quoted(p.inline)} curl -u {quoted(p.inline)} {quoted(host(p))}" for p in plants)
    )
