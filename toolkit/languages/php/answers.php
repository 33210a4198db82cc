<?php
// Runs translation.php, then the calls of tests.php, and tells what each does as `toolkit.languages.blind` says.
final class LangliftNoText extends Exception
{
}

final class Langlift
{
    private const LARGEST = 32768, DEEPEST = 100, YIELDED = 1000;
    private static string $mark;
    private static int $number = 0, $left = 0;

    private static function end(string $status, ?string $detail = null): never
    {
        $place = $detail === null ? '' : "\t" . self::$number . "\t$detail";
        fwrite(STDOUT, "\n" . self::$mark . " $status$place\n");
        exit($detail === null ? 0 : 1);
    }

    private static function shown(Throwable $error): string
    {
        $text = substr($error->getMessage(), 0, 1000);
        return get_class($error) === 'Exception' ? $text : get_class($error) . ": $text";
    }

    private static function spend(int $size): void
    {
        self::$left -= $size;
        if (self::$left < 0) throw new LangliftNoText('a value that is too long');
    }

    private static function number(float $value): string
    {
        if (is_nan($value)) return 'dnan;';
        return is_infinite($value) ? ($value > 0 ? 'dinf;' : 'd-inf;') : sprintf('d%.17e;', $value);
    }

    private static function told(mixed $value, int $depth): string
    {
        self::spend(4);
        if ($value === null) return 'n';
        if (is_bool($value)) return $value ? 't' : 'f';
        if (is_int($value)) return "i$value;";
        if (is_float($value)) return preg_replace('/e([+-])(\d);/', 'e${1}0$2;', self::number($value));
        if (is_string($value)) {
            self::spend(strlen($value));
            return 's' . strlen($value) . ":$value";
        }
        if (!is_array($value)) throw new LangliftNoText('a value of type ' . get_debug_type($value));
        if ($depth === self::DEEPEST) throw new LangliftNoText('a value nested too deep');
        return self::array($value, $depth + 1);
    }

    // Keys from 0 on without a hole are a list, whatever order they were set in.
    private static function array(array $value, int $depth): string
    {
        $keys = array_keys($value);
        sort($keys);
        if ($keys === array_keys($keys)) {
            ksort($value);
            return 'l' . count($value) . ':' . implode('', array_map(fn($each) => self::told($each, $depth), $value));
        }
        $text = 'm' . count($value) . ':';
        foreach ($value as $key => $each) $text .= self::told($key, $depth) . self::told($each, $depth);
        return $text;
    }

    private static function canonical(mixed $value): string
    {
        self::$left = self::LARGEST;
        try {
            return self::told($value, 0);
        } catch (LangliftNoText $error) {
            return 'x' . strlen($error->getMessage()) . ':' . $error->getMessage();
        }
    }

    public static function tell(callable $call): void
    {
        $outcome = 'returns';
        try {
            $value = $call();
            if ($value instanceof Traversable) {
                $outcome = 'yields';
                $values = [];
                foreach ($value as $each) {
                    $values[] = $each;
                    if (count($values) === self::YIELDED) break;
                }
                $value = $values;
            }
            $text = self::canonical($value);
        } catch (Throwable $error) {
            [$outcome, $text] = ['raises', self::shown($error)];
        }
        self::$number += 1;
        $head = "\n" . self::$mark . ' ' . self::$number . " $outcome " . strlen($text) . "\n";
        fwrite(STDERR, "$head$text\n");
    }

    public static function run(): void
    {
        self::$mark = rtrim((string) fgets(STDIN), "\n");
        fwrite(STDERR, "ready\n");
        try {
            (static function () { include './translation.php'; })();
        } catch (ParseError $error) {
            self::end('compile error', self::shown($error));
        } catch (Throwable $error) {
            self::end('runtime error', self::shown($error));
        }
        include './tests.php';
        self::end('done ' . self::$number);
    }
}

Langlift::run();
