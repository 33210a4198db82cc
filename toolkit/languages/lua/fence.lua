-- The first line of stdin is the nonce. It is read, and all that could lead to it or to the files is taken
-- away, before the translation is loaded.
local stdin, stdout, stderr, exit = io.stdin, io.stdout, io.stderr, os.exit
local write, flush = stdout.write, stdout.flush
local pcall, tostring, load, type, select = pcall, tostring, load, type, select
local next, pairs, rawget, rawequal, error = next, pairs, rawget, rawequal, error
local getmetatable, setmetatable = getmetatable, setmetatable
local sort, kind, collect, seed = table.sort, math.type, collectgarbage, math.randomseed
local huge, mininteger, format = math.huge, math.mininteger, string.format
local mark = tostring(math.random(0)) -- of this run; the end of the translation is known by it

local function content(path)
  local file = io.open(path, "rb")
  local text = file:read("a")
  file:close()
  return text
end
local translation, tests, name = content("translation.lua"), content("tests.lua"), content("name")
local variant, nonce = tonumber(content("variant")), stdin:read("l")
stdin:read("a")

local function report(status, case, detail)
  write(stdout, "\n", nonce, " ", status)
  if case then write(stdout, "\t", case, "\t", detail) end
  flush(stdout)
  exit(case == nil)
end
local function fail(case, message) report("wrong answer", case, message) end

for _, gone in next, { "debug", "package", "require", "dofile", "loadfile", "python", "arg" } do _G[gone] = nil end
for _, gone in next, { "open", "popen", "lines", "input", "output", "tmpfile" } do io[gone] = nil end
for _, gone in next, { "execute", "remove", "rename", "tmpname", "getenv", "setlocale" } do os[gone] = nil end
_G.load = function(chunk, chunkname, _, ...) return load(chunk, chunkname, "t", ...) end
seed(variant)
math.randomseed = function(...) return seed(select("#", ...) == 0 and variant or ...) end

local function before(a, b)
  if type(a) ~= type(b) then return type(a) < type(b) end
  if type(a) == "boolean" then return b and not a end
  return a < b
end

local function keys_of(t)
  local keys, others, last, length = {}, {}, {}, 0
  while rawget(t, length + 1) ~= nil do
    length = length + 1
    keys[length] = length
  end
  for key in next, t do
    local sequence = kind(key) == "integer" and key >= 1 and key <= length
    local plain = type(key) == "string" or type(key) == "number" or type(key) == "boolean"
    if not sequence then
      local list = plain and others or last
      list[#list + 1] = key
    end
  end
  sort(others, before)
  local state = variant
  for index = #others, 2, -1 do
    state = (state * 1103515245 + 12345) % 2147483648
    local other = variant == 1 and #others + 1 - index or state // 65536 % index + 1
    if variant > 1 or (variant == 1 and index > other) then
      others[index], others[other] = others[other], others[index]
    end
  end
  for index = 1, #others do keys[length + index] = others[index] end
  for index = 1, #last do keys[length + #others + index] = last[index] end
  return keys
end

local function walk(t, keys, index)
  while true do
    index = index + 1
    local key = keys[index]
    if key == nil then return nil end
    local value = rawget(t, key)
    if value ~= nil then return index, key, value end
  end
end

_G.pairs = function(t)
  local meta = type(t) == "table" and getmetatable(t)
  if type(t) ~= "table" or (type(meta) == "table" and rawget(meta, "__pairs")) then return pairs(t) end
  local keys, index = keys_of(t), 0
  return function()
    local at, key, value = walk(t, keys, index)
    index = at or index
    return key, value
  end, t, nil
end

local walks = setmetatable({}, { __mode = "k" })
_G.next = function(t, key)
  if type(t) ~= "table" or next(t) == nil then return next(t, key) end
  if key == nil then
    local keys, place = keys_of(t), {}
    for index = 1, #keys do place[keys[index]] = index end
    walks[t] = { keys, place }
  end
  local known = walks[t]
  if not known or (key ~= nil and not known[2][key]) then return next(t, key) end
  local _, following, value = walk(t, known[1], known[2][key] or 0)
  return following, value
end

local check, check_raises, check_yields, done
do