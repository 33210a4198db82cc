final class Checks
{
    private static int $case = 0;

    private static function near(int|float $got, int|float $want): bool
    {
        if ($got == $want || (is_nan($want) && is_nan($got))) return true;
        if (is_int($want)) return false;
        $distance = $want == 0.0 ? 1e-12 : 1e-9 * max(abs($got), abs($want));
        return $distance < INF && abs($got - $want) <= $distance;
    }

    public static function same(mixed $got, mixed $want): bool
    {
        if (is_int($want) || is_float($want)) return (is_int($got) || is_float($got)) && self::near($got, $want);
        if (!is_array($want)) return $got === $want;
        if (!is_array($got) || count($got) !== count($want)) return false;
        foreach ($want as $key => $value) {
            if (!array_key_exists($key, $got) || !self::same($got[$key], $value)) return false;
        }
        return true;
    }

    public static function show(mixed $value): string
    {
        return is_resource($value) ? 'a resource' : (json_encode($value) ?: get_debug_type($value));
    }

    public static function settle(bool $passed, string $got, string $want): void
    {
        self::$case += 1;
        if ($passed) return;
        fwrite(STDERR, 'case ' . self::$case . ": got $got, expected $want\n");
        exit(1);
    }

    public static function named(string $name, Throwable $error): bool
    {
        $texts = [$error->getMessage(), get_class($error) . ': ' . $error->getMessage()];
        return array_filter($texts, fn($text) => $text === $name || str_starts_with($text, "$name:")) !== [];
    }
}

function check(mixed $got, mixed $want): void
{
    Checks::settle(Checks::same($got, $want), Checks::show($got), Checks::show($want));
}

function check_yields(iterable $values, array $want): void
{
    $got = [];
    foreach ($values as $value) {
        $got[] = $value;
        if (count($got) > count($want)) break;
    }
    check($got, $want);
}

function check_raises(string $name, callable $call): void
{
    try {
        $value = $call();
    } catch (Throwable $error) {
        Checks::settle(Checks::named($name, $error), 'error ' . $error->getMessage(), $name);
        return;
    }
    Checks::settle(false, Checks::show($value), $name);
}
