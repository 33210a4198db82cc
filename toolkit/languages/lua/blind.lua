  -- In place of the checks: each line of the tests is a call, and what it does is told as `toolkit.languages.blind` says.
  local LARGEST, DEEPEST, YIELDED = 32768, 100, 1000
  local error, concat, sub = error, table.concat, string.sub
  local put

  local function entries(value, parts, depth)
    local at, count = #parts + 1, 0
    parts[at] = ""
    for key, each in next, value do
      local form = type(key)
      if form ~= "string" and form ~= "number" and form ~= "boolean" then error("a " .. form .. " as a key", 0) end
      count = count + 1
      put(key, parts, depth)
      put(each, parts, depth)
    end
    parts[at] = "m" .. count .. ":"
  end

  local function scalar(value, form)
    if form == "nil" then return "n" end
    if form == "boolean" then return value and "t" or "f" end
    if form == "string" then return "s" .. #value .. ":" .. value end
    if form ~= "number" then return "x" .. #form .. ":" .. form end
    if kind(value) == "integer" then return format("i%d;", value) end
    return value ~= value and "dnan;" or format("d%.17g;", value)
  end

  function put(value, parts, depth)
    local form = type(value)
    parts.left = parts.left - 4
    if form == "table" then
      if depth == DEEPEST then error("a value nested too deep", 0) end
      entries(value, parts, depth + 1)
    else
      parts[#parts + 1] = scalar(value, form)
      parts.left = parts.left - (form == "string" and #value or 0)
    end
    if parts.left < 0 then error("a value that is too long", 0) end
  end

  -- The text of a value, or of a list of so many; in its place the reason why it has none.
  local function canonical(value, count)
    local parts = { left = LARGEST }
    local ok, message = pcall(function()
      if not count then return put(value, parts, 0) end
      parts[1] = "l" .. count .. ":"
      for index = 1, count do put(value[index], parts, 0) end
    end)
    if ok then return concat(parts) end
    if message == "not enough memory" then error(message, 0) end
    return "x" .. #message .. ":" .. message
  end

  local function drain(iterator)
    local values, count = {}, 0
    for value in iterator do
      count = count + 1
      values[count] = value
      if count == YIELDED then break end
    end
    return values, count
  end

  local function shown(message)
    local readable, text = pcall(tostring, message)
    return readable and sub(text, 1, 1000) or "an error that can not be shown"
  end

  local case = 0
  function check(call)
    local outcome = "returns"
    local ok, value = pcall(call)
    local count
    if ok and type(value) == "function" then
      outcome = "yields"
      ok, value, count = pcall(drain, value)
    end
    if not ok and value == "not enough memory" then error(value, 0) end
    if not ok then outcome = "raises" end
    local text = ok and canonical(value, count) or shown(value)
    case = case + 1
    write(stderr, concat({ "\n", nonce, " ", case, " ", outcome, " ", #text, "\n", text, "\n" }))
  end
