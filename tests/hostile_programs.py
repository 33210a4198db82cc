"""Programs that would pass without having been right, and ends that are as good as any, by language.

A hunter looks for the nonce (16 hexadecimal digits) wherever a program can look and prints what it finds as
a proof, into every descriptor.
"""

HOSTILE: dict[str, dict[str, str]] = {
    "lua": {
        "leaves by a return": "do return end\nassert(false)\n",
        "returns what it likes": "do return 1, 0 end\nassert(false)\n",
        "leaves with an open state": "os.exit(true, true)\nassert(false)\n",
        "leaves in a finalizer": "setmetatable({}, {__gc = function() os.exit(0, true) end})\nassert(false)\n",
        "leaves in a variable's end": "local x <close> = setmetatable({}, {__close = function() os.exit(0) end})\n"
        "assert(false)\n",
        "leaves in a handler": "xpcall(function() error('x') end, function() os.exit(0) end)\nassert(false)\n",
        "leaves in a hook": "debug.sethook(function() os.exit(0) end, 'l')\nassert(false)\n",
        "replaces what the harness calls": "local ok = function() return true end\n"
        "table.concat = function() return 'x' end\nio.stdout.write = ok\nprint = ok\nos.exit = ok\ntype = ok\n"
        "debug.setmetatable(0, {__eq = ok, __call = ok})\ndebug.setmetatable(nil, {__call = ok, __index = ok})\n"
        "error('x')\n",
        "ends in a wrong status": "local failures = 1\nos.exit(failures)\n",
        "ends with a failure": "os.exit(false)\n",
        "looks through the registry": "for key in pairs(debug.getregistry()) do\n"
        "  if type(key) == 'table' and #key == 16 then print('\\n' .. table.concat(key) .. ' done') end\nend\n"
        "do os.exit(0) end\nassert(false)\n",
        "calls what it finds in the frames": "for level = 1, 9 do\n  for at = 1, 50 do\n"
        "    local got, name, value = pcall(function() return debug.getlocal(level + 2, at) end)\n"
        "    if got and name == 'arrive' then value() end\n  end\nend\n"
        "do os.exit(0, true) end\nassert(false)\n",
        "reads its own constants": "local code = string.dump(debug.getinfo(1, 'f').func)\n"
        "for at = code:find('assert') + 6, #code - 8 do\n  local mark = string.unpack('i8', code, at)\n"
        "  if code:byte(at - 1) == 3 and math.abs(mark) > 2.0 ^ 50 then do return mark end end\nend\nassert(false)\n",
        "hunts": "local found = {}\nlocal paths = {'cmdline', 'environ', 'fd/0', 'stat', 'comm'}\n"
        "for at, name in ipairs(paths) do paths[at] = '/proc/self/' .. name end\n"
        "for path in io.popen('find /box /tmp /dev/shm -type f'):lines() do paths[#paths + 1] = path end\n"
        "for _, path in ipairs(paths) do\n  local file = io.open(path, 'rb')\n"
        "  local text = file and file:read('a') or ''\n"
        "  for word in text:gmatch(('%x'):rep(16)) do found[#found + 1] = word end\nend\n"
        "for _, word in ipairs(found) do\n  for at = 0, 9 do\n    local file = io.open('/proc/self/fd/' .. at, 'w')\n"
        "    if file then file:write('\\n', word, ' done\\n') file:close() end\n  end\nend\nos.exit(0, true)\nassert(false)\n",
    },
}

# Programs that come to their end.
HONEST: dict[str, dict[str, str]] = {
    "lua": {
        "returns a module": "local M = {}\nassert(true)\nreturn M\n",
        "returns nothing": "assert(true)\nreturn\n",
        "exits at its end": "assert(true)\nos.exit(0)\n",
        "exits with the failures": "local unit = {run = function() return 0 end}\nos.exit(unit.run())\n",
        "ends at a label": "goto past\nlocal x = 1\n::past::\n",
        "begins with a line for the shell": "#!/usr/bin/env lua\nassert(true)\n",
        "speaks in a finalizer": "keep = setmetatable({}, {__gc = function() print('bye') end})\n",
        "is empty": "",
        "ends in a comment": "assert(true) -- done",
        "fills its buffer": "io.stdout:setvbuf('full')\nio.write(('x'):rep(100000))\n",
        "reads its empty input": "assert(io.read('a') == '')\n",
    },
}
