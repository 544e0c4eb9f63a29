"""What Elixir's routers, plugs and schemas say, by the fewest lines that show it."""

from __future__ import annotations

from pathlib import Path

import pytest

from ctxgen.context import Endpoint
from ctxgen.pipeline import scan

MIX = 'defmodule Shop.MixProject do\n  def project, do: [app: :shop, deps: [{:phoenix, "~> 1.7"}, {:plug, "~> 1.16"}]]\nend\n'


def answered(root: Path, drawn: str, **modules: str) -> list[Endpoint]:
    files = {"mix.exs": MIX, "lib/router.ex": f"defmodule ShopWeb.Router do\n  use ShopWeb, :router\n{drawn}\nend\n"}
    files |= {f"lib/{title}.ex": text for title, text in modules.items()}
    for path, content in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(content)
    return list(scan(root).endpoints)


PLUG = "defmodule ShopWeb.RequireUser do\n  def init(o), do: o\n  def call(conn, _), do: {body}\nend\n"


@pytest.mark.parametrize(
    ("body", "guarded"),
    [
        ("conn |> send_resp(401, \"\") |> halt()", True),
        ("ShopWeb.Errors.unauthorized_error(conn)", True),
        ("assign(conn, :user, nil)", False),
        ("conn", False),
    ],
)  # fmt: skip
def test_a_plug_guards_where_it_stops_a_request(tmp_path: Path, body: str, guarded: bool) -> None:
    drawn = "  pipeline :users do\n    plug ShopWeb.RequireUser\n  end\n"
    drawn += '  scope "/", ShopWeb do\n    pipe_through [:users]\n    get "/orders", OrderController, :index\n  end'
    [found] = answered(tmp_path, drawn, require_user=PLUG.replace("{body}", body))
    assert (found.path, found.access) == ("/orders", "guarded" if guarded else "unknown")


@pytest.mark.parametrize(
    ("condition", "shown"),
    [
        ("if Mix.env() == :dev", False),
        ("if Mix.env() in [:dev, :test, :bench]", False),
        ("if Mix.env() != :prod", False),
        ("unless Mix.env() == :prod", False),
        ("if Mix.env() == :prod", True),
        ("if Mix.env() in [:dev, :prod]", True),
        ("if Application.compile_env(:shop, :payments)", True),
    ],
)
def test_routes_of_development_do_not_count(tmp_path: Path, condition: str, shown: bool) -> None:
    found = answered(tmp_path, f'  {condition} do\n    get "/mailbox", ShopWeb.MailController, :index\n  end')
    assert [each.path for each in found] == (["/mailbox"] if shown else [])


def test_what_goes_round_in_circles_ends(tmp_path: Path) -> None:
    pipes = "".join(f"  pipeline :p{n} do\n" + f"    plug :p{(n + 1) % 9}\n" * 40 + "  end\n" for n in range(9))
    many = ", ".join(['"/x"'] * 50)
    loops = "".join(f"for a{n} <- [{many}] do\n" for n in range(6)) + "end\n" * 6
    forwards = '  forward "/again", ShopWeb.Other\n' * 40
    other = "defmodule ShopWeb.Other do\n  use Plug.Router\n" + '  forward "/back", to: ShopWeb.Router\n' * 40 + "end\n"
    top = 'defmodule ShopWeb.Top do\n  use Plug.Router\n  forward "/top", to: ShopWeb.Router\nend\n'
    found = answered(tmp_path, f'{pipes}  pipe_through :p0\n  get "/", A, :b\n{forwards}{loops}', other=other, top=top)
    assert "/top" in {each.path for each in found}


def test_a_path_that_only_running_code_knows_is_left_out(tmp_path: Path) -> None:
    drawn = (
        '  @base "/v1"\n  get @base <> "/x", A, :b\n  get "#{@base}/orders", A, :b\n  get "#{prefix()}/lines", A, :b\n  get path(), A, :b'
    )
    assert [each.path for each in answered(tmp_path, drawn)] == ["/v1/orders"]
