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

    private static function same(mixed $got, mixed $want): bool
    {
        if (is_int($want) || is_float($want)) return (is_int($got) || is_float($got)) && self::near($got, $want);
        if (!is_array($want)) return $got === $want;
        if (!is_array($got) || count($got) !== count($want)) return false;
        foreach ($want as $key => $value) {
            if (!array_key_exists($key, $got) || !self::same($got[$key], $value)) return false;
        }
        return true;
    }

    private static function show(mixed $value): string
    {
        return is_resource($value) ? 'a resource' : (json_encode($value) ?: get_debug_type($value));
    }

    private static function settle(bool $passed, string $got, string $want): void
    {
        self::$case += 1;
        if ($passed) return;
        fwrite(STDERR, 'case ' . self::$case . ": got $got, expected $want\n");
        exit(1);
    }

    private static function named(string $name, Throwable $error): bool
    {
        $texts = [$error->getMessage(), get_class($error) . ': ' . $error->getMessage()];
        return array_filter($texts, fn($text) => $text === $name || str_starts_with($text, "$name:")) !== [];
    }

    public static function returns(mixed $got, mixed $want): void
    {
        self::settle(self::same($got, $want), self::show($got), self::show($want));
    }

    public static function yields(iterable $values, array $want): void
    {
        $got = [];
        foreach ($values as $value) {
            $got[] = $value;
            if (count($got) > count($want)) break;
        }
        self::returns($got, $want);
    }

    public static function raises(string $name, callable $call): void
    {
        try {
            $value = $call();
        } catch (Throwable $error) {
            self::settle(self::named($name, $error), 'error ' . $error->getMessage(), $name);
            return;
        }
        self::settle(false, self::show($value), $name);
    }
}
