  local type, tostring, pcall, error, next, rawget, rawequal = type, tostring, pcall, error, next, rawget, rawequal
  local kind, abs, max, huge = math.type, math.abs, math.max, math.huge
  local find, match, sub, gsub = string.find, string.match, string.sub, string.gsub
  local format, byte = string.format, string.byte
  local sort, concat = table.sort, table.concat

  local function same(got, want)
    if type(got) ~= type(want) then return false end
    if type(want) == "number" then
      if got == want or (got ~= got and want ~= want) then return true end
      local near = want == 0 and 1e-12 or 1e-9 * max(abs(got), abs(want))
      return kind(want) == "float" and near < huge and abs(got - want) <= near
    end
    if type(want) ~= "table" then return rawequal(got, want) end
    for key, value in next, want do
      if not same(rawget(got, key), value) then return false end
    end
    for key in next, got do
      if rawget(want, key) == nil then return false end
    end
    return true
  end

  local function show(value, depth)
    depth = depth or 0
    if type(value) == "string" then
      return '"' .. gsub(sub(value, 1, 200), '[%c\\"]', function(c) return format("\\%03d", byte(c)) end) .. '"'
    elseif type(value) ~= "table" then
      return value ~= value and "nan" or tostring(value)
    elseif depth > 4 then
      return "{...}"
    end
    local parts, keys = {}, {}
    while #parts < 20 and rawget(value, #parts + 1) ~= nil do
      parts[#parts + 1] = show(rawget(value, #parts + 1), depth + 1)
    end
    for key in next, value do
      if not parts[key] then keys[#keys + 1] = key end
    end
    if #keys > 1000 then return "{" .. #parts + #keys .. " values}" end
    sort(keys, function(a, b) return show(a, 5) < show(b, 5) end)
    for index = 1, #keys do
      if #parts == 20 then break end
      parts[#parts + 1] = "[" .. show(keys[index], 5) .. "] = " .. show(rawget(value, keys[index]), depth + 1)
    end
    return "{" .. sub(concat(parts, ", "), 1, 300) .. "}"
  end

  local case = 0
  local function settle(ok, got, want)
    case = case + 1
    if not ok then fail(case, "got " .. got .. ", expected " .. want) end
  end

  function check(got, want)
    local ok = same(got, want)
    settle(ok, ok or show(got), ok or show(want))
  end

  -- Name at the start, behind the place in the source that `error` may have put there.
  local function named(name, text)
    local place, rest = match(text, "^(.-):%d+: (.*)$")
    if place and not find(place, ": ", 1, true) then text = rest end
    return text == name or sub(text, 1, #name + 1) == name .. ":"
  end

  function check_raises(name, call)
    local ok, message = pcall(call)
    if ok then return settle(false, show(message), name) end
    if message == "not enough memory" then error(message, 0) end
    local readable, text = pcall(tostring, message)
    settle(readable and named(name, text), "error " .. show(text), name)
  end

  function check_yields(iterator, want)
    local got = {}
    if type(iterator) ~= "function" then return settle(false, show(iterator), "an iterator function") end
    for value in iterator do
      got[#got + 1] = value
      if #got > #want then break end
    end
    check(got, want)
  end
