"""The throw-away parts that other tests stand on are real and separate."""

from pathlib import Path

import redis
from sqlalchemy import create_engine, text


def tables_of(url: str) -> list[str]:
    engine = create_engine(url)
    with engine.connect() as connection:
        query = text("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        names = [str(name) for name in connection.execute(query).scalars()]
    engine.dispose()
    return names


def test_each_postgres_test_gets_an_empty_database(postgres_database: str) -> None:
    assert tables_of(postgres_database) == []
    engine = create_engine(postgres_database)
    with engine.begin() as connection:
        connection.execute(text("CREATE TABLE mark (n INTEGER)"))
    engine.dispose()
    assert tables_of(postgres_database) == ["mark"]


def test_the_next_postgres_test_sees_nothing_of_the_last(postgres_database: str) -> None:
    assert tables_of(postgres_database) == []


def test_redis_keeps_and_forgets(redis_url: str) -> None:
    client = redis.Redis.from_url(redis_url)
    client.set("seat", "01", px=60_000)
    assert client.get("seat") == b"01"
    client.close()


def test_the_browser_is_a_program(chromium_path: str) -> None:
    assert Path(chromium_path).is_file()
