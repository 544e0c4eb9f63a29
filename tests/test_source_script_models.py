"""Models that JavaScript and TypeScript code states, for each object mapper."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from ctxgen.model import EntityModel
from ctxgen.pipeline import analyse


def models(root: Path, dependencies: str, files: dict[str, str]) -> list[str]:
    """The models of a small repository: one line each for the model, its columns, relations and indexes."""
    manifest = {"name": "shop", "scripts": {"start": "node ."}, "dependencies": dict.fromkeys(dependencies.split(), "^1.0.0")}
    (root / "package.json").write_text(json.dumps(manifest))
    for path, text in files.items():
        (root / path).write_text(text)
    lines = []
    for model in analyse(root).facts.of(EntityModel):
        lines.append(f"{model.technology} {model.name} = {model.table or '-'} {model.at.path}:{model.at.line}")
        for column in model.columns:
            null = {None: "", True: " null", False: " required"}[column.nullable]
            marks = " primary" * column.primary + " unique" * column.unique + (f" -> {column.references}" if column.references else "")
            lines.append(f"  {column.name} {column.type or '?'}{null}{marks}")
        lines += [f"  * {each.name} {each.kind} {each.target}" for each in model.relations]
        lines += [f"  # {', '.join(each.columns)}{' unique' * each.unique}" for each in model.indexes]
    return lines


CASES = {
    "typeorm": (
        "typeorm",
        {
            "base.ts": "import { PrimaryGeneratedColumn } from 'typeorm'\nexport abstract class Base {\n  @PrimaryGeneratedColumn('uuid') id: string\n}",
            "order.ts": "import { Entity, Column, ManyToOne, JoinColumn, ManyToMany, Index } from 'typeorm'\nimport { Base } from './base'\nimport { User } from './user'\n"
            "@Entity('orders')\n@Index(['state', 'at'], { unique: true })\nexport class Order extends Base {\n  @Column({ type: 'varchar', nullable: true, name: 'order_state' }) state?: string\n"
            "  @Column() total: number\n  @ManyToOne(() => User, (user) => user.orders)\n  @JoinColumn({ name: 'user_id' })\n  user: User\n  @ManyToMany('Tag') tags: Tag[]\n}",
            "user.ts": "import { Entity, OneToMany, Column } from 'typeorm'\nimport { Order } from './order'\n@Entity()\nexport class User {\n  @OneToMany(() => Order, (o) => o.user) orders: Order[]\n"
            "  @Column({ unique: true }) email: string\n  helper: string\n}",
        },
        ["typeorm Order = orders order.ts:4", "  id uuid primary", "  order_state varchar null", "  total number", "  user_id ? -> User", "  * user many-to-one User",
         "  * tags many-to-many Tag", "  # state, at unique", "typeorm User = - user.ts:3", "  email string unique", "  * orders one-to-many Order"],
    ),
    "mikro-orm": (
        "@mikro-orm/core",
        {"a.ts": "import { Entity, PrimaryKey, Property, ManyToOne } from '@mikro-orm/core'\n@Entity({ tableName: 'books' })\nexport class Book {\n  @PrimaryKey() id!: number\n"
                 "  @Property({ unique: true }) isbn!: string\n  @ManyToOne(() => Author, { nullable: true }) author?: Author\n}"},
        ["mikro-orm Book = books a.ts:2", "  id number primary", "  isbn string unique", "  author_id ? null -> Author", "  * author many-to-one Author"],
    ),
    "sequelize": (
        "sequelize",
        {"user.js": "module.exports = (sequelize, DataTypes) => {\n  const User = sequelize.define('User', { email: { type: DataTypes.STRING(64), allowNull: false, unique: true }, age: DataTypes.INTEGER }, { tableName: 'users' })\n"
                    "  User.associate = (models) => { User.hasMany(models.Order, { as: 'orders' }) }\n  return User\n}",
         "order.ts": "import { Model, DataTypes } from 'sequelize'\nexport class Order extends Model {}\nOrder.init({ id: { type: DataTypes.UUID, primaryKey: true }, userId: { type: DataTypes.INTEGER, references: { model: 'users', key: 'id' } } }, { sequelize, indexes: [{ unique: true, fields: ['userId'] }] })"},
        ["sequelize Order = - order.ts:2", "  id UUID primary", "  userId INTEGER -> users.id", "  # userId unique", "sequelize User = users user.js:2",
         "  email STRING required unique", "  age INTEGER", "  * orders one-to-many Order"],
    ),
    "sequelize-typescript": (
        "sequelize sequelize-typescript",
        {"a.ts": "import { Table, Column, Model, DataType, ForeignKey, BelongsTo, PrimaryKey } from 'sequelize-typescript'\n@Table({ tableName: 'orders' })\nexport class Order extends Model {\n"
                 "  @PrimaryKey @Column(DataType.UUID) id: string\n  @ForeignKey(() => User) @Column userId: number\n  @BelongsTo(() => User) user: User\n}\nexport class User extends Model {}"},
        ["sequelize Order = orders a.ts:2", "  id UUID primary", "  userId number -> User", "  * user many-to-one User"],
    ),
    "mongoose": (
        "mongoose",
        {"schema.js": "const { Schema } = require('mongoose')\nconst order = new Schema({ total: Number, user: { type: Schema.Types.ObjectId, ref: 'User', required: true }, tags: [String], address: { street: String },\n"
                      "  items: [{ product: { type: Schema.Types.ObjectId, ref: 'Product' } }] }, { collection: 'orders' })\norder.index({ user: 1, total: -1 })\nmodule.exports = order",
         "model.js": "const mongoose = require('mongoose')\nmodule.exports = mongoose.model('Order', require('./schema'))"},
        ["mongoose Order = orders model.js:2", "  total Number", "  user ObjectId required -> User", "  tags String[]", "  address.street String", "  * user many-to-one User",
         "  * items embedded items", "  # user, total"],
    ),
    "nestjs-mongoose": (
        "mongoose @nestjs/mongoose @nestjs/common",
        {"a.ts": "import { Prop, Schema } from '@nestjs/mongoose'\n@Schema({ collection: 'cats' })\nexport class Cat {\n  @Prop({ required: true }) name: string\n"
                 "  @Prop({ type: mongoose.Schema.Types.ObjectId, ref: 'Owner' }) owner: Owner\n}"},
        ["mongoose Cat = cats a.ts:2", "  name string required", "  owner ObjectId -> Owner", "  * owner many-to-one Owner"],
    ),
    "drizzle": (
        "drizzle-orm",
        {"a.ts": "import { foreignKey, pgTable, serial, text, integer, index } from 'drizzle-orm/pg-core'\nimport { relations } from 'drizzle-orm'\nexport const users = pgTable('users', { id: serial('user_id').primaryKey(), name: text().notNull() })\n"
                 "export const orders = pgTable('orders', { id: serial('id').primaryKey(), userId: integer('user_id').references(() => users.id) }, (table) => [index('by_user').on(table.userId)])\n"
                 "export const items = pgTable('items', { orderId: integer('order_id') }, (table) => [index('by_order').using('btree', table.orderId.asc().op('int4_ops')), foreignKey({ columns: [table.orderId], foreignColumns: [orders.id] })])\n"
                 "export const rel = relations(orders, ({ one }) => ({ user: one(users, { fields: [orders.userId], references: [users.id] }) }))"},
        ["drizzle users = users a.ts:3", "  user_id serial required primary", "  name text required", "drizzle orders = orders a.ts:4", "  id serial required primary",
         "  user_id integer -> users.user_id", "  * user many-to-one users", "  # user_id", "drizzle items = items a.ts:5", "  order_id integer -> orders.id", "  # order_id"],
    ),
    "objection": (
        "objection",
        {"a.js": "const { Model } = require('objection')\nclass Person extends Model {\n  static get tableName() { return 'persons' }\n  static get jsonSchema() { return { required: ['name'], properties: { name: { type: 'string' }, age: { type: 'integer' } } } }\n"
                 "  static get relationMappings() { return { pets: { relation: Model.HasManyRelation, modelClass: Animal, join: {} } } }\n}\nclass Animal extends Model { static tableName = 'animals' }"},
        ["objection Person = persons a.js:2", "  name string required", "  age integer", "  * pets one-to-many Animal", "objection Animal = animals a.js:7"],
    ),
}  # fmt: skip


@pytest.mark.parametrize("case", CASES)
def test_models(case: str, tmp_path: Path) -> None:
    dependencies, files, expected = CASES[case]
    assert models(tmp_path, dependencies, files) == expected


def test_what_is_taken_over_from_another_file_is_cited_there(tmp_path: Path) -> None:
    common = "import { timestamp } from 'drizzle-orm/pg-core'\n\nexport const times = {\n  createdAt: timestamp('created_at'),\n}\n"
    orders = "import { pgTable, text } from 'drizzle-orm/pg-core'\nimport { times } from './common'\nexport const orders = pgTable('orders', {\n  id: text('id'),\n  ...times,\n})\n"
    models(tmp_path, "drizzle-orm", {"common.ts": common, "orders.ts": orders})
    (model,) = analyse(tmp_path).facts.of(EntityModel)
    assert {column.name: (column.at.path, column.at.line) for column in model.columns} == {
        "id": ("orders.ts", 4),
        "created_at": ("common.ts", 4),
    }
