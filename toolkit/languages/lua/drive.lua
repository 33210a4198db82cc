  done = function() return case end
end

stderr:write("ready\n")
local function failed(case, message)
  collect()
  if message == "not enough memory" then report("memory", case, "the interpreter could get no more") end
  local readable, text = pcall(tostring, message)
  report("runtime error", case, readable and text or "an error that can not be shown")
end

local function copy(value)
  if type(value) ~= "table" then return value end
  local result = {}
  for key, each in next, value do result[key] = copy(each) end
  return result
end

local function unchanged(value, before)
  if type(value) ~= "table" or type(before) ~= "table" then
    return (rawequal(value, before) and kind(value) == kind(before)) or (value ~= value and before ~= before)
  end
  if getmetatable(value) ~= nil then return false end
  for key, each in next, before do
    if not unchanged(rawget(value, key), each) then return false end
  end
  for key in next, value do
    if before[key] == nil then return false end
  end
  return true
end

-- A source that changes its arguments makes no row: its translation must leave them as they are.
local function leaving_arguments(call)
  return function(...)
    local arguments = { ... }
    local before = copy(arguments)
    local function looked(ok, ...)
      if not unchanged(arguments, before) then report("wrong answer", done() + 1, "the call changes its arguments") end
      if not ok then error((...), 0) end
      return ...
    end
    local function told(ok, result, ...)
      if not ok or type(result) ~= "function" then return looked(ok, result, ...) end
      return function(...) return looked(pcall(result, ...)) end, ...
    end
    return told(pcall(call, ...))
  end
end

local start, complaint = load(translation, "=translation", "t")
-- The name is read where the tests would stand; whatever the translation returns is not what they would call.
if start then start, complaint = load(format("%s\nreturn '%s', %s", translation, mark, name), "=translation", "t") end
if not start then report("compile error", 0, complaint) end
local loaded, reached, candidate = pcall(start)
if not loaded then failed(0, reached) end
if reached ~= mark then exit(true) end
local sight = {
  math = { huge = huge, mininteger = mininteger },
  check = check, check_raises = check_raises, check_yields = check_yields,
  verify = check, verify_raises = check_raises, verify_yields = check_yields,
}
sight[name] = candidate ~= nil and leaving_arguments(candidate)
local body, mistake = load(tests, "=tests", "t", sight)
if not body then report("harness error", 0, mistake) end
local ok, message = pcall(body)
if not ok then failed(done() + 1, message) end
report("done " .. done())
