"""What JavaScript and TypeScript do beside answering requests: channels, schedules and facts of code."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ctxgen.model import Channel, CodeFact, Schedule
from ctxgen.pipeline import analyse


def told(root: Path, dependencies: str, files: dict[str, str]) -> list[str]:
    """The channels, schedules and facts of a small repository, one a line."""
    manifest = {
        "name": "shop",
        "engines": {"node": ">=20"},
        "scripts": {"start": "node ."},
        "dependencies": dict.fromkeys(dependencies.split(), "^1.0.0"),
    }
    (root / "package.json").write_text(json.dumps(manifest))
    for path, text in files.items():
        (root / path).write_text(text)
    facts = analyse(root).facts
    lines = [f"{each.role or 'declares'} {each.kind} {each.name} {each.system} {each.at.path}:{each.at.line}" for each in facts.of(Channel)]
    lines += [f"schedule {each.name} {each.schedule} {each.handler} {each.at.path}:{each.at.line}" for each in facts.of(Schedule)]
    lines += [
        f"{each.kind} {each.subject}{f' = {each.value}' if each.value else ''} {each.at.path}:{each.at.line}" for each in facts.of(CodeFact)
    ]
    return sorted(lines)


CASES = {
    "kafkajs": (
        "kafkajs",
        {"kafka.js": "const { Kafka } = require('kafkajs')\nexports.kafka = new Kafka({})",
         "run.js": "const { kafka } = require('./kafka')\nconst TOPIC = 'orders'\nasync function run() {\n  const consumer = kafka.consumer({ groupId: 'a' })\n"
                   "  await consumer.subscribe({ topics: [TOPIC, 'users'] })\n  await kafka.producer().send({ topic: 'done', messages: [] })\n}"},
        ["consumer topic orders kafka run.js:5", "consumer topic users kafka run.js:5", "producer topic done kafka run.js:6"],
    ),
    "amqplib": (
        "amqplib",
        {"a.js": "const amqp = require('amqplib')\nasync function main() {\n  const channel = await (await amqp.connect('amqp://x')).createChannel()\n  await channel.assertQueue('mail')\n"
                 "  channel.consume('mail', () => {})\n  channel.sendToQueue('sms', Buffer.from(''))\n  channel.publish('events', 'key', Buffer.from(''))\n  emitter.consume('not a queue')\n}"},
        ["consumer queue mail rabbitmq a.js:5", "declares queue mail rabbitmq a.js:4", "producer exchange events rabbitmq a.js:7", "producer queue sms rabbitmq a.js:6"],
    ),
    "bullmq": (
        "bullmq",
        {"a.ts": "import { Queue, Worker } from 'bullmq'\nexport const mail = new Queue('mail')\nnew Worker('mail', async (job) => {})\nawait mail.add('digest', {}, { repeat: { pattern: '0 3 * * *' } })"},
        ["consumer queue mail bullmq a.ts:3", "producer queue mail bullmq a.ts:2", "schedule digest 0 3 * * * None a.ts:4"],
    ),
    "nestjs": (
        "@nestjs/common @nestjs/core @nestjs/bullmq @nestjs/schedule @nestjs/microservices @nestjs/jwt",
        {"a.ts": "import { Processor, InjectQueue } from '@nestjs/bullmq'\nimport { Cron, CronExpression, Interval } from '@nestjs/schedule'\nimport { ClientKafka } from '@nestjs/microservices'\nimport { JwtService } from '@nestjs/jwt'\n"
                 "@Processor('mail')\nexport class Mail {\n  constructor(@InjectQueue('sms') private sms: Queue, private readonly client: ClientKafka, private jwt: JwtService) {}\n"
                 "  @Cron('0 3 * * *', { name: 'cleanup' }) clean() { this.client.emit('cleaned', {}) }\n  @Cron(CronExpression.EVERY_HOUR) hourly() {}\n  @Interval(5000) tick() {}\n"
                 "  login() { return this.jwt.sign({}, { expiresIn: '15m' }) }\n}"},
        ["consumer queue mail bullmq a.ts:5", "producer queue sms bullmq a.ts:7", "producer topic cleaned nestjs a.ts:8", "schedule Mail.hourly every hour Mail.hourly a.ts:9",
         "schedule Mail.tick 5000ms Mail.tick a.ts:10", "schedule cleanup 0 3 * * * Mail.clean a.ts:8", "token-issued Mail.login = 15m a.ts:11"],
    ),
    "cron": (
        "node-cron node-schedule agenda",
        {"a.js": "const cron = require('node-cron')\nconst { clean } = require('./b')\ncron.schedule('0 * * * *', clean)\nconst s = require('node-schedule')\ns.scheduleJob('report', '0 8 * * 1', () => {})\n"
                 "const Agenda = require('agenda')\nconst agenda = new Agenda()\nagenda.every('5 minutes', 'ping')",
         "b.js": "exports.clean = function clean() {}"},
        ["schedule clean 0 * * * * clean a.js:3", "schedule ping 5 minutes None a.js:8", "schedule report 0 8 * * 1 None a.js:5"],
    ),
    "code": (
        "express jsonwebtoken axios express-rate-limit ioredis @prisma/client",
        {"a.ts": "import jwt from 'jsonwebtoken'\nimport axios from 'axios'\nimport rateLimit from 'express-rate-limit'\nimport Redis from 'ioredis'\nconst redis = new Redis()\nconst api = 'https://api.stripe.com/v1'\n"
                 "export const limiter = rateLimit({ windowMs: 60000, max: 100 })\nexport function issue(user) {\n  return jwt.sign({ user }, 'not told', { expiresIn: 3600 })\n}\nexport const check = (token) => jwt.verify(token, key)\n"
                 "export async function refreshToken() {\n  await axios.post(`${api}/charges`)\n  await fetch('http://localhost:3000/x')\n  await redis.set('k', 'v', 'EX', 60)\n"
                 "  await prisma.$transaction(async () => {}, { isolationLevel: 'Serializable' })\n}\nexport function onFailure(err, req, res, next) {}"},
        ["cache refreshToken = 60 s a.ts:15", "error-handler onFailure a.ts:18", "http-client api.stripe.com a.ts:13", "rate-limit express-rate-limit = 100 per 60000 ms a.ts:7",
         "token-checked check a.ts:11", "token-issued issue = 3600s a.ts:9", "token-refreshed refreshToken a.ts:12", "transaction refreshToken = Serializable a.ts:16"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_what_code_does(case: str, tmp_path: Path) -> None:
    dependencies, files, expected = CASES[case]
    assert told(tmp_path, dependencies, files) == expected
