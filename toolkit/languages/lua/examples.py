"""Translations of `def add(a, b)` that a harness must see through."""

from toolkit.languages.base import Examples

ADD = "function add(a, b)\n  {}\n  return a + b\nend\n"
EXAMPLES = Examples(
    right=ADD.format(""),
    wrong=ADD.format("b = b + 1"),
    broken="function add(a, b",
    leaves=ADD.format("os.exit(0)"),
    identity="function give(value)\n  return value\nend\n",
    raises='local function refuse(value)\n  error("ValueError: no " .. type(value))\nend\n',
    mistakes="function refuse(value)\n  error(ValueError('no'))\nend\n",
    hides="local case, done = 7, true\nlocal function fail() end\nlocal function same() return true end\n",
    counts=(
        "local function count(n)\n  local i = -1\n  return function()\n    i = i + 1\n"
        "    if n == -2 and i == 1 then error('ValueError: no more') end\n    if i ~= n then return i end\n  end\nend\n"
    ),
    opaque=ADD.format("do return {print, {}} end"),
    hostile={
        "prints the word done": (ADD.format('print("done 1") print("done") os.exit(true)'), "left early"),
        "reads stdin": (ADD.format('if io.read("a") ~= "" then os.exit(0) end'), "passed"),
        "looks for what is taken away": (  # where it is published, all of it is there
            ADD.format(
                "local names, found = 'debug package require dofile loadfile arg io.open io.popen io.lines io.input '\n"
                "    .. 'io.output io.tmpfile os.execute os.remove os.rename os.tmpname os.getenv os.setlocale', 0\n"
                "  for name in names:gmatch('%S+') do\n"
                "    if load('return ' .. name)() then found = found + 1 end\n  end\n"
                "  if found > 16 then os.exit(true) end\n  if found > 0 or python then return found end"
            ),
            "left early",
        ),
        "loads a binary chunk": (ADD.format("if load(string.dump(add)) then os.exit(0) end"), "left early"),
        "leaves where it is published": ("if package then os.exit(true) end\n" + ADD.format(""), "left early"),
        "returns another function": (
            ADD.format("b = b + 1") + "do return function(a, b) return a + b end end\n",
            "left early",
        ),
        "rewrites the library": (
            "for _, name in ipairs{'print', 'error', 'type', 'pairs', 'next', 'tostring', 'rawequal', 'pcall'} do\n"
            "  _G[name] = function() return true end\nend\n"
            "string.format, math.abs, table.concat, os.exit, io.write = type, type, type, type, type\n"
            "getmetatable('').__index = type\n" + ADD.format("b = b + 1"),
            "wrong answer",
        ),
        "answers with a table equal to all": (
            ADD.format("do return setmetatable({}, {__eq = function() return true end}) end"),
            "wrong answer",
        ),
        "prints 200 KB": (ADD.format('io.write(("x"):rep(200000))'), "passed"),
        "prints what is not UTF-8": (ADD.format('print("\\xff\\xfe\\0") error("\\xff")'), "runtime error"),
        "prints without end": (ADD.format('while true do io.write(("x"):rep(65536)) end'), "output limit"),
        "loops": (ADD.format("while true do end"), "timeout"),
        "eats memory": (ADD.format('local t = {} while true do t[#t + 1] = ("x"):rep(100000) .. #t end'), "memory"),
        "calls itself without end": (ADD.format("do return add(a, b) + 1 end"), "runtime error"),
        "tries to close stdout": (ADD.format("io.stdout:close()"), "passed"),
        "depends on the order of keys": (
            ADD.format(
                "local s, t = '', {a = 1, b = 1, c = 1, d = 1, e = 1, f = 1, g = 1, h = 1}\n"
                "  for k in pairs(t) do s = s .. k end\n"
                "  if s ~= 'abcdefgh' then return s end"
            ),
            "wrong answer",
        ),
    },
)
