"""A made-up department of any size, with figures that add up.

Place in the chain: used by ``made_up``.  Input: how many times larger than a usual department, and
a seed.  Output: a :class:`Department`; the same one for the same input.

A real disclosure pasted fifty times would show less than it seems to: the same names merge, the
same texts are found in caches.  Here every unit, item and project has a name of its own, as it
would in a department fifty times as large.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from random import Random

_CLASSES = (
    ("201", "一般公共服务支出"),
    ("205", "教育支出"),
    ("206", "科学技术支出"),
    ("208", "社会保障和就业支出"),
    ("210", "卫生健康支出"),
    ("211", "节能环保支出"),
    ("212", "城乡社区支出"),
    ("213", "农林水支出"),
    ("220", "自然资源海洋气象等支出"),
    ("221", "住房保障支出"),
)
_PLACES, _OBJECTS, _WORKS = (
    words.split()
    for words in (
        "东湖 西岭 南屏 北塘 青溪 白石 红枫 云台 龙泉 凤鸣 松江 柳园 梅川 兰亭 竹海 荷塘",
        "河道 堤防 水库 灌区 泵站 渠道 湿地 闸门 管网 井房 护岸 水源地 测站 渡槽 塘坝",
        "巡查 维护 监测 培训 宣传 清淤 加固 绿化 检修 测绘 评估 改造",
    )
)

ITEMS, UNITS, PROJECTS = 20, 5, 30
"""Functional items, budget units and projects of a usual department."""


@dataclass(frozen=True, slots=True)
class Item:
    """One functional item; money in hundredths of 万元, so that sums are exact."""

    code: str
    class_name: str
    section_name: str
    name: str
    basic: int
    before: int


@dataclass(frozen=True, slots=True)
class Project:
    """One project of a unit, paid from one item."""

    name: str
    unit: str
    item: Item
    amount: int


@dataclass(frozen=True, slots=True)
class Department:
    """A department and all it publishes.

    Attributes
    ----------
    name, year
        As printed.
    units
        Names of its budget units.
    items
        In the order of their codes.
    projects
        In the order of their units and codes.
    """

    name: str
    year: int
    units: tuple[str, ...]
    items: tuple[Item, ...]
    projects: tuple[Project, ...]

    @property
    def basic(self) -> int:
        """Basic expenditure."""
        return sum(item.basic for item in self.items)

    @property
    def project(self) -> int:
        """Project expenditure."""
        return sum(project.amount for project in self.projects)

    @property
    def total(self) -> int:
        """All expenditure."""
        return self.basic + self.project


def _word(index: int) -> str:
    """Return a different name for every index, as far as the words go."""
    works, rest = index % len(_WORKS), index // len(_WORKS)
    objects, places = rest % len(_OBJECTS), rest // len(_OBJECTS)
    more = _PLACES[places // len(_PLACES) % len(_PLACES)] if places >= len(_PLACES) else ""
    return f"{more}{_PLACES[places % len(_PLACES)]}{_OBJECTS[objects]}{_WORKS[works]}"


def _items(count: int, random: Random) -> Iterable[Item]:
    for index in range(count):
        number, (class_code, class_name) = index // len(_CLASSES), _CLASSES[index % len(_CLASSES)]
        section, item = divmod(number, 9)
        yield Item(
            code=f"{class_code}{section + 1:02}{item + 1:02}",
            class_name=class_name,
            section_name=f"{_word(section * 7 + index % len(_CLASSES))}事务",
            name=f"{_word(index)}支出",
            basic=random.randrange(1_000, 900_000),
            before=random.randrange(1_000, 900_000),
        )


def make_up_department(times: int = 1, seed: int = 1) -> Department:
    """Make up a department.

    Parameters
    ----------
    times
        How many times larger than a usual department; its disclosures grow in proportion.
    seed
        Another seed gives other amounts.

    Returns
    -------
    Department
        The same for the same input, on every machine.

    Examples
    --------
    >>> department = make_up_department(2)
    >>> len(department.items), len(department.units), len(department.projects)
    (40, 10, 60)
    """
    random = Random(seed)
    items = sorted(_items(ITEMS * times, random), key=lambda item: item.code)
    name = "示例市河湖管理局"
    units = tuple(
        name if not index else f"示例市{_word(index * 5)}中心" for index in range(UNITS * times)
    )
    per_unit = PROJECTS // UNITS
    projects: list[Project] = []
    for index, unit in enumerate(units):
        paid_from = sorted(random.sample(range(len(items)), per_unit))
        projects += [
            Project(
                name=f"{_word(index * per_unit + number)}专项项目",
                unit=unit,
                item=items[chosen],
                amount=random.randrange(100, 500_000),
            )
            for number, chosen in enumerate(paid_from)
        ]
    return Department(name, 2024, units, tuple(items), tuple(projects))
