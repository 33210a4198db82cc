"""Days, months and clock times as plain numbers."""

from collections.abc import Iterator

MONTH_DAYS = [31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]
DAY_NAMES = ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday"]


def leap_year(year: int) -> bool:
    """Say whether a year of the Gregorian calendar has 366 days.

    >>> leap_year(2024)
    True
    >>> leap_year(1900)
    False
    """
    if year % 400 == 0:
        return True
    return year % 4 == 0 and year % 100 != 0


def month_length(year: int, month: int) -> int:
    """Give the number of days of a month.

    >>> month_length(2023, 2)
    28
    >>> month_length(2024, 2)
    29
    """
    if month < 1 or month > 12:
        raise ValueError("there are twelve months")
    if month == 2 and leap_year(year):
        return 29
    return MONTH_DAYS[month - 1]


def day_of_year(year: int, month: int, day: int) -> int:
    """Number the days of a year from one.

    >>> day_of_year(2024, 3, 1)
    61
    """
    if day < 1 or day > month_length(year, month):
        raise ValueError("the month has no such day")
    number = day
    for earlier in range(1, month):
        number += month_length(year, earlier)
    return number


def weekday_name(year: int, month: int, day: int) -> str:
    """Name the day of the week of a date, by Zeller's rule.

    >>> weekday_name(2000, 1, 1)
    'Saturday'
    """
    if month < 3:
        month += 12
        year -= 1
    century = year // 100
    rest = year % 100
    number = day + 13 * (month + 1) // 5 + rest + rest // 4 + century // 4 + 5 * century
    return DAY_NAMES[(number + 5) % 7]


def next_day(year: int, month: int, day: int) -> tuple[int, int, int]:
    """Give the date that follows a date.

    >>> next_day(2023, 12, 31)
    (2024, 1, 1)
    """
    if day < month_length(year, month):
        return year, month, day + 1
    if month < 12:
        return year, month + 1, 1
    return year + 1, 1, 1


def days_apart(first: tuple[int, int, int], second: tuple[int, int, int]) -> int:
    """Count the days from one date to another; negative where the second is earlier.

    >>> days_apart((2024, 2, 28), (2024, 3, 1))
    2
    """
    totals = []
    for year, month, day in [first, second]:
        before = year - 1
        days = before * 365 + before // 4 - before // 100 + before // 400
        totals.append(days + day_of_year(year, month, day))
    return totals[1] - totals[0]


def clock_minutes(text: str) -> int:
    """Read a clock time such as 9:05 or 23:59 as minutes since midnight.

    >>> clock_minutes("9:05")
    545
    >>> clock_minutes("9:75")
    Traceback (most recent call last):
        ...
    ValueError: no such time
    """
    parts = text.split(":")
    if len(parts) != 2:
        raise ValueError("write hours:minutes")
    hours = int(parts[0])
    minutes = int(parts[1])
    if hours < 0 or hours > 23 or minutes < 0 or minutes > 59:
        raise ValueError("no such time")
    return hours * 60 + minutes


def twelve_hour(minutes: int) -> str:
    """Write minutes since midnight as a time with am or pm.

    >>> twelve_hour(0)
    '12:00 am'
    >>> twelve_hour(815)
    '1:35 pm'
    """
    minutes = minutes % 1440
    half = "am" if minutes < 720 else "pm"
    hour = minutes // 60 % 12
    if hour == 0:
        hour = 12
    rest = minutes % 60
    filler = "0" if rest < 10 else ""
    return str(hour) + ":" + filler + str(rest) + " " + half


def duration_words(seconds: int) -> str:
    """Say a number of seconds in days, hours, minutes and seconds, leaving out zeros.

    >>> duration_words(93784)
    '1 day, 2 hours, 3 minutes, 4 seconds'
    """
    if seconds < 0:
        raise ValueError("time does not run backwards")
    if seconds == 0:
        return "no time"
    parts = []
    for size, name in [(86400, "day"), (3600, "hour"), (60, "minute"), (1, "second")]:
        count = seconds // size
        seconds = seconds % size
        if count == 1:
            parts.append("1 " + name)
        elif count > 1:
            parts.append(str(count) + " " + name + "s")
    return ", ".join(parts)


def easter_date(year: int) -> tuple[int, int]:
    """Give month and day of Easter Sunday, by the Gregorian computus.

    >>> easter_date(2024)
    (3, 31)
    >>> easter_date(1981)
    (4, 19)
    """
    if year < 1583:
        raise ValueError("before the Gregorian calendar")
    golden = year % 19
    century = year // 100
    skipped = century - century // 4 - (8 * century + 13) // 25
    moon = (19 * golden + skipped + 15) % 30
    if moon == 29 or (moon == 28 and golden > 10):
        moon -= 1
    sunday = (year + year // 4 + moon + 2 - century + century // 4) % 7
    offset = moon - sunday
    month = 3 + (offset + 40) // 44
    return month, offset + 28 - 31 * (month // 4)


def working_days(start_weekday: int, days: int) -> int:
    """Count the days from Monday to Friday among so many days; Monday is 0.

    >>> working_days(4, 4)
    2
    """
    if start_weekday < 0 or start_weekday > 6:
        raise ValueError("a week has seven days")
    weeks = days // 7
    count = weeks * 5
    for extra in range(days % 7):
        if (start_weekday + extra) % 7 < 5:
            count += 1
    return count


def month_grid(first_weekday: int, length: int) -> Iterator[list[int]]:
    """Yield the weeks of a month as lists of seven, with 0 for days outside it.

    >>> list(month_grid(5, 9))
    [[0, 0, 0, 0, 0, 1, 2], [3, 4, 5, 6, 7, 8, 9]]
    """
    week = [0] * first_weekday
    for day in range(1, length + 1):
        week.append(day)
        if len(week) == 7:
            yield week
            week = []
    if len(week) > 0:
        yield week + [0] * (7 - len(week))
