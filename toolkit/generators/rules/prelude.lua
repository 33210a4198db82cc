--@ KEYS:
-- The keys of dicts that remember the order in which they came.
local KEYS = setmetatable({}, {__mode = "k"})

--@ raised:
-- Whether an error is one of these exceptions. What Lua itself refuses is a TypeError in Python.
local function raised(err, ...)
  local text, places = tostring(err), 1
  while places > 0 do text, places = text:gsub("^%S+:%d+: ", "") end
  local refused = text:find("attempt to", 1, true) or text:find("bad argument #", 1, true)
  refused = refused and not text:find("^%u%a*:")
  for _, name in ipairs({...}) do
    if text == name or text:sub(1, #name + 1) == name .. ":" then return true end
    if refused and (name == "TypeError" or name == "AttributeError") then return true end
  end
  return false
end

--@ is_list:
local function is_list(value)
  return type(value) == "table" and (value[1] ~= nil or next(value) == nil)
end

--@ is_map: is_list
local function is_map(value)
  return type(value) == "table" and (next(value) == nil or not is_list(value))
end

--@ truthy:
-- Whether Python takes a value for true.
local function truthy(value)
  if type(value) == "table" then return next(value) ~= nil end
  return value ~= nil and value ~= false and value ~= 0 and value ~= ""
end

--@ equal:
-- Equality of values, tables by what they hold.
local function equal(a, b)
  if a == b then return true end
  if type(a) ~= "table" or type(b) ~= "table" then return false end
  for k, v in pairs(a) do
    if not equal(v, rawget(b, k)) then return false end
  end
  for k in pairs(b) do
    if rawget(a, k) == nil then return false end
  end
  return true
end

--@ less: equal
-- The order of values; of lists by their first difference.
local function less(a, b)
  if type(a) ~= "table" or type(b) ~= "table" then
    if type(a) == "boolean" then a = a and 1 or 0 end
    if type(b) == "boolean" then b = b and 1 or 0 end
    if type(a) ~= type(b) or type(a) == "nil" then error("TypeError: no order between these", 0) end
    return a < b
  end
  for i = 1, math.min(#a, #b) do
    if not equal(a[i], b[i]) then return less(a[i], b[i]) end
  end
  return #a < #b
end

--@ intern:
-- One and the same table for equal tuples, so that they can be keys.
local interned = {}
local function intern(value)
  if type(value) ~= "table" then return value end
  local parts = {}
  for i, v in ipairs(value) do
    v = intern(v)
    if math.type(v) == "float" and v == math.floor(v) then v = math.floor(v) end
    parts[i] = type(v) == "string" and string.format("%q", v) or tostring(v)
  end
  local name = table.concat(parts, ",")
  if interned[name] == nil then interned[name] = value end
  return interned[name]
end

--@ ordered: KEYS
-- A dict that remembers the order of its keys, filled from pairs.
local function ordered(...)
  local keys = {}
  local dict = setmetatable({}, {__newindex = function(t, k, v)
    keys[#keys + 1] = k
    rawset(t, k, v)
  end})
  KEYS[dict] = keys
  for _, entry in ipairs({...}) do dict[entry[1]] = entry[2] end
  return dict
end

--@ sorted_keys: less
-- The keys in a fixed order.
local function sorted_keys(t)
  local result = {}
  for k in pairs(t) do result[#result + 1] = k end
  table.sort(result, function(a, b)
    if type(a) ~= type(b) then return type(a) < type(b) end
    return less(a, b)
  end)
  return result
end

--@ keys: KEYS sorted_keys
-- The keys in order of insertion; sorted where that is not known.
local function keys(t)
  if KEYS[t] == nil then return sorted_keys(t) end
  local result, seen = {}, {}
  for i = #KEYS[t], 1, -1 do
    local k = KEYS[t][i]
    if rawget(t, k) ~= nil and not seen[k] then
      seen[k] = true
      table.insert(result, 1, k)
    end
  end
  return result
end

--@ items: keys
local function items(t)
  local order, i = keys(t), 0
  return function()
    i = i + 1
    if order[i] ~= nil then return order[i], t[order[i]] end
  end
end

--@ sorted_items: sorted_keys
local function sorted_items(t)
  local order, i = sorted_keys(t), 0
  return function()
    i = i + 1
    if order[i] ~= nil then return order[i], t[order[i]] end
  end
end

--@ list_items: keys
local function list_items(t)
  local result = {}
  for i, k in ipairs(keys(t)) do result[i] = {k, t[k]} end
  return result
end

--@ list_values: keys
local function list_values(t)
  local result = {}
  for i, k in ipairs(keys(t)) do result[i] = t[k] end
  return result
end

--@ sorted_list_items: sorted_keys
local function sorted_list_items(t)
  local result = {}
  for i, k in ipairs(sorted_keys(t)) do result[i] = {k, t[k]} end
  return result
end

--@ sorted_list_values: sorted_keys
local function sorted_list_values(t)
  local result = {}
  for i, k in ipairs(sorted_keys(t)) do result[i] = t[k] end
  return result
end

--@ chars:
local function chars(s)
  local result = {}
  for i = 1, #s do result[i] = s:sub(i, i) end
  return result
end

--@ collect:
local function collect(iterator)
  local result = {}
  for value in iterator do result[#result + 1] = value end
  return result
end

--@ to_list: chars collect is_list sorted_keys
-- The elements of any iterable as a list.
local function to_list(value)
  if type(value) == "string" then return chars(value) end
  if type(value) == "function" then return collect(value) end
  if type(value) ~= "table" then error("TypeError: not iterable", 0) end
  return is_list(value) and value or sorted_keys(value)
end

--@ fresh_list: to_list
-- The elements of any iterable as a list that nobody else holds.
local function fresh_list(value)
  local list = to_list(value)
  return table.move(list, 1, #list, 1, {})
end

--@ sized:
-- The values themselves, where they are as many as the names that wait for them.
local function sized(values, count, or_more)
  if #values < count then error("ValueError: not enough values to unpack (expected " .. count .. ")", 0) end
  if #values > count and not or_more then
    error("ValueError: too many values to unpack (expected " .. count .. ")", 0)
  end
  return values
end

--@ iter: to_list
-- An iterator over any iterable.
local function iter(value)
  if type(value) == "function" then return value end
  local list, i = to_list(value), 0
  return function()
    i = i + 1
    return list[i]
  end
end

--@ each: iter
-- What a loop over any iterable goes through.
local function each(value)
  return iter(value)
end

--@ next_value:
local function next_value(iterator)
  local value = iterator()
  if value == nil then error("StopIteration", 0) end
  return value
end

--@ next_or:
local function next_or(iterator, default)
  local value = iterator()
  if value == nil then return default end
  return value
end

--@ range:
local function range(start, stop, step)
  if stop == nil then start, stop = 0, start end
  step = step or 1
  if step == 0 then error("ValueError: range() arg 3 must not be zero", 0) end
  local result = {}
  for i = start, step > 0 and stop - 1 or stop + 1, step do result[#result + 1] = i end
  return result
end

--@ at:
-- The element at an index counted from 0, from the end where it is negative.
local function at(list, i)
  local value = list[i < 0 and #list + i + 1 or i + 1]
  if value == nil then error("IndexError: list index out of range", 0) end
  return value
end

--@ char_at:
local function char_at(s, i)
  if i < 0 then i = #s + i end
  if i < 0 or i >= #s then error("IndexError: string index out of range", 0) end
  return s:sub(i + 1, i + 1)
end

--@ get:
local function get(dict, key)
  local value = dict[key]
  if value == nil then error("KeyError: " .. tostring(key), 0) end
  return value
end

--@ get_or:
local function get_or(dict, key, default)
  local value = rawget(dict, key)
  if value == nil then return default end
  return value
end

--@ item: at char_at get is_list
-- value[key], whatever the value is.
local function item(value, key)
  if type(value) == "string" then return char_at(value, key) end
  if type(value) ~= "table" then error("TypeError: not subscriptable", 0) end
  if math.type(key) == "integer" and is_list(value) then return at(value, key) end
  return get(value, key)
end

--@ set_at:
local function set_at(list, i, value)
  if i < 0 then i = #list + i end
  if i < 0 or i >= #list then error("IndexError: list assignment index out of range", 0) end
  list[i + 1] = value
end

--@ set_item: set_at
local function set_item(t, key, value)
  if math.type(key) == "integer" and t[1] ~= nil then return set_at(t, key, value) end
  t[key] = value
end

--@ bounds:
-- The first and last index (from 1) of a slice over n elements.
local function bounds(n, start, stop, step)
  if step == 0 then error("ValueError: slice step cannot be zero", 0) end
  local low, high = 0, n
  if step < 0 then low, high = -1, n - 1 end
  local function clip(i, default)
    if i == nil then return default end
    if i < 0 then i = i + n end
    return math.max(low, math.min(i, high))
  end
  if step > 0 then return clip(start, 0) + 1, clip(stop, n) end
  return clip(start, n - 1) + 1, clip(stop, -1) + 2
end

--@ slice: bounds
-- list[start:stop:step], counted from 0.
local function slice(list, start, stop, step)
  step = step or 1
  local first, last = bounds(#list, start, stop, step)
  local result = {}
  for i = first, last, step do result[#result + 1] = list[i] end
  return result
end

--@ islice: slice
local function islice(list, start, stop, step)
  if (start or 0) < 0 or (stop or 0) < 0 or (step or 1) < 1 then error("ValueError: a bound of islice", 0) end
  return slice(list, start, stop, step)
end

--@ slice_string: bounds
-- s[start:stop:step], counted from 0.
local function slice_string(s, start, stop, step)
  step = step or 1
  local first, last = bounds(#s, start, stop, step)
  if step == 1 then return s:sub(first, last) end
  local result = {}
  for i = first, last, step do result[#result + 1] = s:sub(i, i) end
  return table.concat(result)
end

--@ slice_any: slice slice_string
local function slice_any(value, start, stop, step)
  return (type(value) == "string" and slice_string or slice)(value, start, stop, step)
end

--@ splice: slice bounds
-- list[start:stop] = values
local function splice(list, start, stop, step, values)
  local first, last = bounds(#list, start, stop, step or 1)
  if step ~= nil and step ~= 1 then
    if #values == 0 then
      local gone = {}
      for i = first, last, step do gone[i] = true end
      local kept = {}
      for i, v in ipairs(list) do
        if not gone[i] then kept[#kept + 1] = v end
      end
      values, first, last = kept, 1, #list
    else
      local count = 0
      for i = first, last, step do
        count = count + 1
        list[i] = values[count]
      end
      if count ~= #values then error("ValueError: attempt to assign a sequence of another size", 0) end
      return
    end
  end
  local tail = slice(list, math.max(last, first - 1))
  for i = #list, first, -1 do list[i] = nil end
  for _, v in ipairs(values) do list[#list + 1] = v end
  for _, v in ipairs(tail) do list[#list + 1] = v end
end

--@ size:
local function size(t)
  local count = 0
  for _ in pairs(t) do count = count + 1 end
  return count
end

--@ len: size is_list
local function len(value)
  if type(value) == "string" or is_list(value) then return #value end
  if type(value) ~= "table" then error("TypeError: object has no len()", 0) end
  return size(value)
end

--@ concat:
-- Lists one behind the other.
local function concat(...)
  local result = {}
  for _, list in ipairs({...}) do
    for _, value in ipairs(list) do result[#result + 1] = value end
  end
  return result
end

--@ rep:
-- A list n times.
local function rep(list, n)
  local result = {}
  for _ = 1, n do
    for _, value in ipairs(list) do result[#result + 1] = value end
  end
  return result
end

--@ add: concat
-- a + b, whatever they are.
local function add(a, b)
  if type(a) == "string" and type(b) == "string" then return a .. b end
  if type(a) == "table" and type(b) == "table" then return concat(a, b) end
  if type(a) == "string" or type(b) == "string" then error("TypeError: unsupported operand types for +", 0) end
  return a + b
end

--@ multiply: rep
-- a * b, whatever they are.
local function multiply(a, b)
  if type(b) == "string" or type(b) == "table" then a, b = b, a end
  if type(a) == "string" then return a:rep(b) end
  if type(a) == "table" then return rep(a, b) end
  return a * b
end

--@ divide:
local function divide(a, b)
  if b == 0 then error("ZeroDivisionError: division by zero", 0) end
  return a / b
end

--@ floor_divide:
-- a // b: of floats the whole part of what a less its remainder is divided by, as 7.5 // 0.1 is 74.0.
local function floor_divide(a, b)
  if b == 0 then error("ZeroDivisionError: integer division or modulo by zero", 0) end
  if math.type(a) == "integer" and math.type(b) == "integer" then return a // b end
  local quotient = (a - a % b) / b
  local whole = math.floor(quotient)
  return (quotient - whole > 0.5 and whole + 1 or whole) + 0.0
end

--@ shift_left:
local function shift_left(a, places)
  if places < 0 then error("ValueError: negative shift count", 0) end
  if a ~= 0 and (places > 62 or (a << places) // (1 << places) ~= a) then error("beyond 64 bits", 0) end
  return a << places
end

--@ shift_right:
local function shift_right(a, places)
  if places < 0 then error("ValueError: negative shift count", 0) end
  if places > 62 then return a < 0 and -1 or 0 end
  return a // (1 << places)
end

--@ modulo:
local function modulo(a, b)
  if b == 0 then error("ZeroDivisionError: integer modulo by zero", 0) end
  return a % b
end

--@ power:
-- a ** b: of integers an integer, where b is not negative.
local function power(a, b)
  if math.type(a) ~= "integer" or math.type(b) ~= "integer" or b < 0 then
    if a == 0 and b < 0 then error("ZeroDivisionError: 0.0 cannot be raised to a negative power", 0) end
    local result = a ^ b
    local finite = math.abs(a) < math.huge and math.abs(b) < math.huge
    if finite and math.abs(result) == math.huge then error("OverflowError: Numerical result out of range", 0) end
    return result
  end
  if math.abs((a + 0.0) ^ b) >= 2.0 ^ 63 then error("beyond 64 bits", 0) end
  local result = 1
  while b > 0 do
    if b % 2 == 1 then result = result * a end
    a = a * a
    b = b // 2
  end
  return result
end

--@ power_modulo:
-- a ** b % n, without large numbers in between.
local function power_modulo(a, b, n)
  if n == 0 then error("ValueError: pow() 3rd argument cannot be 0", 0) end
  local function times(x, y)
    if x ~= 0 and math.abs(y) > math.abs(math.maxinteger // x) then error("beyond 64 bits", 0) end
    return x * y % n
  end
  local result = 1 % n
  a = a % n
  if b < 0 then
    local inverse, next_inverse, rest, next_rest = 0, 1, n, a
    while next_rest ~= 0 do
      local quotient = rest // next_rest
      inverse, next_inverse = next_inverse, inverse - quotient * next_inverse
      rest, next_rest = next_rest, rest - quotient * next_rest
    end
    if rest ~= 1 and rest ~= -1 then error("ValueError: base is not invertible for the given modulus", 0) end
    a, b = inverse * rest % n, -b
  end
  while b > 0 do
    if b % 2 == 1 then result = times(result, a) end
    b = b // 2
    if b > 0 then a = times(a, a) end
  end
  return result
end

--@ round_integer:
-- An integer to tens, hundreds and so on: to even where two are equally near.
local function round_integer(x, tens)
  if tens > 18 then
    if tens == 19 and (x > 5 * 10^18 or x < -5 * 10^18) then error("beyond 64 bits", 0) end
    return 0
  end
  local unit = math.tointeger(10^tens)
  local rest = x % unit
  local result = x - rest
  if rest * 2 > unit or (rest * 2 == unit and x // unit % 2 == 1) then result = result + unit end
  if result ~= 0 and (result < 0) ~= (x < 0) then error("beyond 64 bits", 0) end
  return result
end

--@ round_float:
-- A float to digits behind the point that string.format does not count: before it, or a hundred and more.
local function round_float(x, digits)
  local mantissa, exponent = string.format("%.99e", math.abs(x)):match("^(.*)e(.*)$")
  local kept = tonumber(exponent) + digits
  if kept > 17 then return x end
  local result = x * 0.0
  if kept >= 0 then
    result = tonumber(string.format("%." .. kept .. "e", x))
  elseif kept == -1 and mantissa > "5." .. ("0"):rep(99) then
    result = tonumber((x < 0 and "-1e" or "1e") .. -digits)
  end
  if math.abs(result) == math.huge then error("OverflowError: rounded value too large to represent", 0) end
  return result
end

--@ round: round_integer round_float
-- Python's round: to even where two are equally near.
local function round(x, digits)
  if math.type(x) == "integer" then
    return (digits or 0) >= 0 and x or round_integer(x, -digits)
  end
  if digits == nil then
    if x ~= x then error("ValueError: cannot convert float NaN to integer", 0) end
    if x == math.huge or x == -math.huge then error("OverflowError: cannot convert float infinity to integer", 0) end
    local low = math.floor(x)
    local rest = x - low
    if rest > 0.5 or (rest == 0.5 and low % 2 == 1) then low = low + 1 end
    return low
  end
  if x ~= x or x == math.huge or x == -math.huge then return x end
  if digits < 0 or digits > 99 then return round_float(x, digits) end
  return tonumber(string.format("%." .. digits .. "f", x) .. "e0")
end

--@ truncate:
-- The integer towards zero.
local function truncate(x)
  if x ~= x then error("ValueError: cannot convert float NaN to integer", 0) end
  if x == math.huge or x == -math.huge then error("OverflowError: cannot convert float infinity to integer", 0) end
  return x >= 0 and math.floor(x) or math.ceil(x)
end

--@ parse_int:
-- The integer that a string spells.
local function parse_int(s, base)
  base = base or 10
  if base ~= 0 and (base < 2 or base > 36) then error("ValueError: int() base must be >= 2 and <= 36, or 0", 0) end
  if base == 0 then base = ({x = 16, b = 2, o = 8})[s:lower():match("^%s*[+-]?0([xbo])")] or 10 end
  local sign, digits = s:gsub("(%w)_%f[%w]", "%1"):match("^%s*([+-]?)(%w+)%s*$")
  if digits and base == 16 then digits = digits:gsub("^0[xX]", "") end
  if digits and base == 2 then digits = digits:gsub("^0[bB]", "") end
  if digits and base == 8 then digits = digits:gsub("^0[oO]", "") end
  local value = digits and tonumber(digits, base)
  local fits = base == 10 and math.type(tonumber(digits)) == "integer" or #(digits or "") * math.log(base, 2) < 64
  if value and not fits then error("beyond 64 bits", 0) end
  if value == nil then
    error("ValueError: invalid literal for int() with base " .. base .. ": '" .. s .. "'", 0)
  end
  return sign == "-" and -value or value
end

--@ to_int: truncate parse_int
local function to_int(value, base)
  if type(value) == "string" then return parse_int(value, base) end
  if type(value) == "boolean" then return value and 1 or 0 end
  if type(value) ~= "number" then error("TypeError: int() argument must be a string or a number", 0) end
  return math.type(value) == "integer" and value or truncate(value)
end

--@ to_float:
local function to_float(value)
  if type(value) == "number" then return value + 0.0 end
  if type(value) == "boolean" then return value and 1.0 or 0.0 end
  if type(value) ~= "string" then error("TypeError: float() argument must be a string or a number", 0) end
  local text = value:match("^%s*(.-)%s*$"):lower()
  local special = ({inf = math.huge, infinity = math.huge, nan = 0 / 0})[text:match("^[+-]?(.*)$")]
  if special ~= nil then return text:sub(1, 1) == "-" and -special or special end
  local number = not text:find("x") and tonumber((text:gsub("(%d)_%f[%d]", "%1")))
  if not number then error("ValueError: could not convert string to float: '" .. value .. "'", 0) end
  return number + 0.0
end

--@ float_text:
-- The shortest text that reads back as the same float.
local function float_text(x)
  if x ~= x then return "nan" end
  if x == math.huge then return "inf" end
  if x == -math.huge then return "-inf" end
  local text
  for digits = 1, 17 do
    text = string.format("%." .. digits - 1 .. "e", x)
    if tonumber(text) == x then break end
  end
  local sign, mantissa, exponent = text:match("^(-?)([%d.]+)e([+-]%d+)$")
  exponent = math.tointeger(tonumber(exponent))
  if exponent < -4 or exponent >= 16 then
    return sign .. mantissa .. string.format("e%s%02d", exponent < 0 and "-" or "+", math.abs(exponent))
  end
  local decimals = math.max(#mantissa:gsub("%.", "") - 1 - exponent, 1)
  return string.format("%." .. decimals .. "f", x)
end

--@ repr: float_text
local function repr(value)
  if math.type(value) == "float" then return float_text(value) end
  if value == nil then return "None" end
  if type(value) == "boolean" then return value and "True" or "False" end
  if type(value) == "string" then
    local quote = value:find("'", 1, true) and not value:find('"', 1, true) and '"' or "'"
    local text = value:gsub("\\", "\\\\"):gsub("\n", "\\n"):gsub("\t", "\\t"):gsub("\r", "\\r")
    text = text:gsub("%c", function(c) return string.format("\\x%02x", c:byte()) end)
    if quote == "'" then text = text:gsub("'", "\\'") end
    return quote .. text .. quote
  end
  if type(value) ~= "table" then return tostring(value) end
  local parts = {}
  for i, v in ipairs(value) do parts[i] = repr(v) end
  return "[" .. table.concat(parts, ", ") .. "]"
end

--@ tuple_repr: repr
local function tuple_repr(value)
  if #value == 1 then return "(" .. repr(value[1]) .. ",)" end
  return "(" .. repr(value):sub(2, -2) .. ")"
end

--@ dict_repr: repr keys
local function dict_repr(dict)
  local parts = {}
  for i, k in ipairs(keys(dict)) do parts[i] = repr(k) .. ": " .. repr(dict[k]) end
  return "{" .. table.concat(parts, ", ") .. "}"
end

--@ str: repr
-- str(value)
local function str(value)
  return type(value) == "string" and value or repr(value)
end

--@ general:
-- format(x, ".N"): N digits that say something, one of them behind the point where there is no exponent.
local function general(x, digits)
  if math.type(x) == "integer" then error("ValueError: Precision not allowed in integer format specifier", 0) end
  if x ~= x or x == math.huge or x == -math.huge then return x ~= x and "nan" or tostring(x) end
  digits = math.max(digits, 1)
  local text = string.format("%." .. digits - 1 .. "e", x)
  local mantissa, exponent = text:match("^(.*)(e.*)$")
  local power = tonumber(exponent:sub(2))
  if power >= -4 and power < digits - 1 then
    mantissa, exponent = string.format("%." .. digits - 1 - power .. "f", x), ""
  end
  if mantissa:find(".", 1, true) then mantissa = mantissa:gsub("0+$", ""):gsub("%.$", exponent == "" and ".0" or "") end
  return mantissa .. exponent
end

--@ format_value: general str
-- format(value, spec)
local function format_value(value, spec)
  local fill, align, rest = spec:match("^(.)([<>=^])(.*)$")
  if not fill then
    fill = " "
    align, rest = spec:match("^([<>=^]?)(.*)$")
  end
  local sign, alternate, zero, width, comma, precision, kind =
    rest:match("^([+ -]?)(#?)(0?)(%d*)([,_]?)%.?(%d*)([bcdeEfFgGnosxX%%]?)$")
  if not sign then error("ValueError: Invalid format specifier", 0) end
  if zero == "0" and align == "" then fill, align = "0", "=" end
  if type(value) == "boolean" and spec ~= "" then value = value and 1 or 0 end
  if math.type(value) == "integer" and precision ~= "" and not kind:find("[eEfFgG%%]") then
    error("ValueError: Precision not allowed in integer format specifier", 0)
  elseif math.type(value) == "float" and kind:find("[bcdosxX]") then
    error("ValueError: Unknown format code '" .. kind .. "' for object of type 'float'", 0)
  end
  local text
  if type(value) == "string" then
    text = precision ~= "" and value:sub(1, tonumber(precision)) or value
    if align == "" then align = "<" end
  elseif type(value) ~= "number" then
    text = str(value)
    if align == "" then align = "<" end
  else
    if align == "" then align = ">" end
    local magnitude = math.abs(value)
    if kind == "b" or kind == "o" then
      local digits, base = "", kind == "b" and 2 or 8
      repeat
        digits = magnitude % base .. digits
        magnitude = magnitude // base
      until magnitude == 0
      text = (alternate == "#" and "0" .. kind or "") .. digits
    elseif kind == "x" or kind == "X" then
      text = (alternate == "#" and "0" .. kind or "") .. string.format("%" .. kind, magnitude)
    elseif kind == "%" then
      text = string.format("%." .. (precision == "" and "6" or precision) .. "f", magnitude * 100) .. "%"
    elseif kind == "" and precision == "" or kind == "d" or kind == "n" then
      text = str(magnitude)
    elseif kind == "" then
      text = general(magnitude, tonumber(precision))
    elseif kind == "c" then
      text = string.char(value)
    else
      text = string.format("%." .. (precision == "" and "6" or precision) .. kind:lower(), magnitude)
    end
    if comma ~= "" then
      local whole, tail = text:match("^(%d*)(.*)$")
      whole = whole:reverse():gsub("(%d%d%d)", "%1" .. comma):reverse()
      text = (whole:sub(1, 1) == comma and whole:sub(2) or whole) .. tail
    end
    local negative = value < 0 or (value == 0 and 1 / value < 0)
    local mark = negative and "-" or sign ~= "-" and sign or ""
    if align == "=" then
      return mark .. fill:rep((tonumber(width) or 0) - #text - #mark) .. text
    end
    text = mark .. text
  end
  local gap = (tonumber(width) or 0) - #text
  if gap <= 0 then return text end
  if align == "<" then return text .. fill:rep(gap) end
  if align == "^" then return fill:rep(gap // 2) .. text .. fill:rep(gap - gap // 2) end
  return fill:rep(gap) .. text
end

--@ to_base:
-- bin, oct and hex.
local function to_base(n, base, prefix)
  local digits, rest = "", math.abs(n)
  repeat
    digits = ("0123456789abcdef"):sub(rest % base + 1, rest % base + 1) .. digits
    rest = rest // base
  until rest == 0
  return (n < 0 and "-" or "") .. prefix .. digits
end

--@ bit_length:
local function bit_length(n)
  local count = 0
  n = math.abs(n)
  while n > 0 do
    count = count + 1
    n = n >> 1
  end
  return count
end

--@ chr:
local function chr(code)
  if code < 0 or code > 0x10FFFF then error("ValueError: chr() arg not in range(0x110000)", 0) end
  return utf8.char(code)
end

--@ ord:
local function ord(c)
  if type(c) ~= "string" or utf8.len(c) ~= 1 then error("TypeError: ord() expected a character", 0) end
  return utf8.codepoint(c)
end

--@ contains:
local function contains(list, value)
  for _, v in ipairs(list) do
    if v == value then return true end
  end
  return false
end

--@ contains_equal: equal
local function contains_equal(list, value)
  for _, v in ipairs(list) do
    if equal(v, value) then return true end
  end
  return false
end

--@ has: contains_equal is_list
-- value in container, whatever the container is.
local function has(container, value)
  if type(container) == "string" then return container:find(value, 1, true) ~= nil end
  if type(container) == "function" then
    for v in container do
      if v == value then return true end
    end
    return false
  end
  if is_list(container) then return contains_equal(container, value) end
  return container[value] ~= nil
end

--@ sorted: less
-- A sorted copy; equal elements keep their order.
local function sorted(list, key, reverse)
  local entries = {}
  for i, value in ipairs(list) do
    entries[i] = {value = value, key = value, place = i}
    if key then entries[i].key = key(value) end
  end
  table.sort(entries, function(a, b)
    local x, y = a, b
    if reverse then x, y = b, a end
    if less(x.key, y.key) then return true end
    if less(y.key, x.key) then return false end
    return a.place < b.place
  end)
  local result = {}
  for i, entry in ipairs(entries) do result[i] = entry.value end
  return result
end

--@ sort: sorted
local function sort(list, key, reverse)
  table.move(sorted(list, key, reverse), 1, #list, 1, list)
end

--@ reversed:
local function reversed(list)
  local result = {}
  for i = #list, 1, -1 do result[#result + 1] = list[i] end
  return result
end

--@ reverse:
local function reverse(list)
  for i = 1, #list // 2 do
    list[i], list[#list - i + 1] = list[#list - i + 1], list[i]
  end
end

--@ max: less
local function max(list, key, default)
  local best, best_key
  for _, value in ipairs(list) do
    local k = value
    if key then k = key(value) end
    if best == nil or less(best_key, k) then best, best_key = value, k end
  end
  if best == nil then best = default end
  if best == nil then error("ValueError: max() arg is an empty sequence", 0) end
  return best
end

--@ min: less
local function min(list, key, default)
  local best, best_key
  for _, value in ipairs(list) do
    local k = value
    if key then k = key(value) end
    if best == nil or less(k, best_key) then best, best_key = value, k end
  end
  if best == nil then best = default end
  if best == nil then error("ValueError: min() arg is an empty sequence", 0) end
  return best
end

--@ extreme_or:
-- max or min, or something else where there is nothing.
local function extreme_or(list, extreme, key, default)
  if #list == 0 then return default end
  return extreme(list, key)
end

--@ sum:
local function sum(list, start)
  local total = start or 0
  for _, value in ipairs(list) do
    if type(value) == "boolean" then value = value and 1 or 0 end
    total = total + value
  end
  return total
end

--@ product_of:
local function product_of(list, start)
  local total = start or 1
  for _, value in ipairs(list) do total = total * value end
  return total
end

--@ any: truthy
local function any(list)
  for _, value in ipairs(list) do
    if truthy(value) then return true end
  end
  return false
end

--@ all: truthy
local function all(list)
  for _, value in ipairs(list) do
    if not truthy(value) then return false end
  end
  return true
end

--@ enumerate:
local function enumerate(list, start)
  local result = {}
  for i, value in ipairs(list) do result[i] = {i - 1 + (start or 0), value} end
  return result
end

--@ zip:
local function zip(...)
  local lists, result = {...}, {}
  if #lists == 0 then return result end
  for i = 1, #lists[1] do
    local row = {}
    for j, list in ipairs(lists) do
      if list[i] == nil then return result end
      row[j] = list[i]
    end
    result[i] = row
  end
  return result
end

--@ extend:
local function extend(list, values)
  table.move(values, 1, #values, #list + 1, list)
end

--@ insert:
local function insert(list, i, value)
  if i < 0 then i = math.max(#list + i, 0) end
  table.insert(list, math.min(i, #list) + 1, value)
end

--@ pop:
local function pop(list, i)
  if #list == 0 then error("IndexError: pop from empty list", 0) end
  i = i or -1
  if i < 0 then i = #list + i end
  if i < 0 or i >= #list then error("IndexError: pop index out of range", 0) end
  return table.remove(list, i + 1)
end

--@ pop_key:
local function pop_key(t, key)
  local value = rawget(t, key)
  if value == nil then error("KeyError: " .. tostring(key), 0) end
  t[key] = nil
  return value
end

--@ pop_or:
local function pop_or(t, key, default)
  local value = rawget(t, key)
  if value == nil then return default end
  t[key] = nil
  return value
end

--@ index_of: equal
local function index_of(list, value, start, stop)
  start, stop = start or 0, stop or #list
  if start < 0 then start = math.max(start + #list, 0) end
  if stop < 0 then stop = stop + #list end
  for i = start + 1, math.min(stop, #list) do
    if equal(list[i], value) then return i - 1 end
  end
  error("ValueError: value is not in list", 0)
end

--@ remove: index_of
local function remove(list, value)
  table.remove(list, index_of(list, value) + 1)
end

--@ count: equal
local function count(list, value)
  local total = 0
  for _, v in ipairs(list) do
    if equal(v, value) then total = total + 1 end
  end
  return total
end

--@ become:
-- A set in place.
local function become(set, other)
  for k in pairs(set) do
    if other[k] == nil then set[k] = nil end
  end
  for k in pairs(other) do set[k] = true end
end

--@ clear:
local function clear(t)
  for k in pairs(t) do t[k] = nil end
end

--@ copy:
local function copy(t)
  local result = {}
  for k, v in pairs(t) do result[k] = v end
  return result
end

--@ deep_copy:
local function deep_copy(value)
  if type(value) ~= "table" then return value end
  local result = {}
  for k, v in pairs(value) do result[k] = deep_copy(v) end
  return result
end

--@ deep_copy_in_order: KEYS ordered keys
-- A copy of a value and of all that it holds; dicts keep the order of their keys.
local function deep_copy_in_order(value)
  if type(value) ~= "table" then return value end
  local result = KEYS[value] and ordered() or {}
  if KEYS[value] == nil then
    for k, v in pairs(value) do result[k] = deep_copy_in_order(v) end
  else
    for _, k in ipairs(keys(value)) do result[k] = deep_copy_in_order(value[k]) end
  end
  return result
end

--@ update: ordered items
local function update(t, other)
  for k, v in items(other) do t[k] = v end
end

--@ merged: ordered items
-- One dict from several; later entries win.
local function merged(...)
  local result = ordered()
  for _, dict in ipairs({...}) do
    for k, v in items(dict) do result[k] = v end
  end
  return result
end

--@ set_default:
local function set_default(dict, key, value)
  if rawget(dict, key) == nil then dict[key] = value end
  return dict[key]
end

--@ dict: ordered
-- A dict from pairs.
local function dict(pairs_list)
  local result = ordered()
  for _, entry in ipairs(pairs_list) do result[entry[1]] = entry[2] end
  return result
end

--@ from_keys: ordered
local function from_keys(list, value)
  local result = ordered()
  for _, k in ipairs(list) do result[k] = value end
  return result
end

--@ counter: ordered
-- How often each element occurs.
local function counter(list)
  local result = ordered()
  for _, value in ipairs(list) do result[value] = (result[value] or 0) + 1 end
  return result
end

--@ counter_sum: ordered items
local function counter_sum(a, b, sign)
  local result = ordered()
  for k, v in items(a) do
    local n = v + (sign or 1) * (b[k] or 0)
    if n > 0 then result[k] = n end
  end
  for k, v in items(b) do
    if a[k] == nil and (sign or 1) * v > 0 then result[k] = (sign or 1) * v end
  end
  return result
end

--@ most_common: items sorted
local function most_common(counts, n)
  local list = {}
  for k, v in items(counts) do list[#list + 1] = {k, v} end
  list = sorted(list, function(entry) return -entry[2] end)
  return n and table.move(list, 1, n, 1, {}) or list
end

--@ defaultdict: ordered
-- A dict that makes what it lacks.
local function defaultdict(make)
  local result = ordered()
  getmetatable(result).__index = function(t, k)
    local value = make()
    t[k] = value
    return value
  end
  return result
end

--@ set:
local function set(list)
  local result = {}
  for _, value in ipairs(list) do result[value] = true end
  return result
end

--@ set_of_tables: intern
local function set_of_tables(list)
  local result = {}
  for _, value in ipairs(list) do result[intern(value)] = true end
  return result
end

--@ union:
local function union(a, b)
  local result = {}
  for k in pairs(a) do result[k] = true end
  for k in pairs(b) do result[k] = true end
  return result
end

--@ intersection:
local function intersection(a, b)
  local result = {}
  for k in pairs(a) do
    if b[k] ~= nil then result[k] = true end
  end
  return result
end

--@ difference:
local function difference(a, b)
  local result = {}
  for k in pairs(a) do
    if b[k] == nil then result[k] = true end
  end
  return result
end

--@ symmetric_difference: difference union
local function symmetric_difference(a, b)
  return union(difference(a, b), difference(b, a))
end

--@ is_subset:
local function is_subset(a, b)
  for k in pairs(a) do
    if b[k] == nil then return false end
  end
  return true
end

--@ words:
-- s.split()
local function words(s, limit)
  local result, rest = {}, s:match("^%s*(.*)$")
  while rest ~= "" do
    if #result == limit then
      result[#result + 1] = rest
      break
    end
    local word, tail = rest:match("^(%S+)%s*(.*)$")
    result[#result + 1] = word
    rest = tail
  end
  return result
end

--@ split:
-- s.split(separator)
local function split(s, separator, limit)
  if separator == "" then error("ValueError: empty separator", 0) end
  local result, start = {}, 1
  while not (limit and limit >= 0 and #result >= limit) do
    local first, last = s:find(separator, start, true)
    if not first then break end
    result[#result + 1] = s:sub(start, first - 1)
    start = last + 1
  end
  result[#result + 1] = s:sub(start)
  return result
end

--@ rsplit: split
-- s.rsplit(separator, limit): from the end.
local function rsplit(s, separator, limit)
  local parts = split(s:reverse(), separator:reverse(), limit)
  local result = {}
  for i = #parts, 1, -1 do result[#result + 1] = parts[i]:reverse() end
  return result
end

--@ last_words: words
-- s.rsplit(None, limit)
local function last_words(s, limit)
  local parts = words(s:reverse(), limit)
  local result = {}
  for i = #parts, 1, -1 do result[#result + 1] = parts[i]:reverse() end
  return result
end

--@ split_lines:
local function split_lines(s, keep)
  local result, start = {}, 1
  while start <= #s do
    local first, last = s:find("[\n\v\f\r\x1c-\x1e]", start)
    if not first then first, last = #s + 1, #s end
    if s:sub(first, first + 1) == "\r\n" then last = first + 1 end
    result[#result + 1] = s:sub(start, keep and last or first - 1)
    start = math.max(last, first) + 1
    if first > #s then break end
  end
  return result
end

--@ replace:
local function replace(s, old, new, limit)
  if limit and limit < 0 then limit = nil end
  local pattern = old:gsub("%p", "%%%0")
  local text = s:gsub(pattern, (new:gsub("%%", "%%%%")), limit)
  return text
end

--@ find:
-- s.find(part), counted from 0; -1 where it is not there.
local function find(s, part, start, stop)
  start = start or 0
  if start < 0 then start = math.max(#s + start, 0) end
  if start > #s then return -1 end
  if stop then s = s:sub(1, stop < 0 and stop - 1 or stop) end
  return (s:find(part, start + 1, true) or 0) - 1
end

--@ window:
-- The bounds of s[start:stop], not turned where they cross.
local function window(s, start, stop)
  start, stop = start or 0, stop or #s
  if start < 0 then start = math.max(start + #s, 0) end
  if stop < 0 then stop = math.max(stop + #s, 0) end
  return start, math.min(stop, #s)
end

--@ find_last_between: window
local function find_last_between(s, part, start, stop)
  start, stop = window(s, start, stop)
  for i = stop - #part, start, -1 do
    if s:sub(i + 1, i + #part) == part then return i end
  end
  return -1
end

--@ find_last:
local function find_last(s, part)
  for i = #s - #part, 0, -1 do
    if s:sub(i + 1, i + #part) == part then return i end
  end
  return -1
end

--@ index_of_text: find
local function index_of_text(s, part, start, stop)
  local place = find(s, part, start, stop)
  if place < 0 then error("ValueError: substring not found", 0) end
  return place
end

--@ last_index_of_text: find_last
local function last_index_of_text(s, part)
  local place = find_last(s, part)
  if place < 0 then error("ValueError: substring not found", 0) end
  return place
end

--@ last_index_of_text_between: find_last_between
local function last_index_of_text_between(s, part, start, stop)
  local place = find_last_between(s, part, start, stop)
  if place < 0 then error("ValueError: substring not found", 0) end
  return place
end

--@ count_text:
-- How often a part occurs, without overlaps.
local function count_text(s, part)
  if part == "" then return #s + 1 end
  local total, place = 0, 1
  while true do
    local first, last = s:find(part, place, true)
    if not first then return total end
    total = total + 1
    place = last + 1
  end
end

--@ count_text_between: count_text window
local function count_text_between(s, part, start, stop)
  start, stop = window(s, start, stop)
  if start > stop then return 0 end
  return count_text(s:sub(start + 1, stop), part)
end

--@ starts_with:
local function starts_with(s, prefix)
  return s:sub(1, #prefix) == prefix
end

--@ starts_with_between: window
local function starts_with_between(s, prefix, start, stop)
  start, stop = window(s, start, stop)
  return start + #prefix <= stop and s:sub(start + 1, start + #prefix) == prefix
end

--@ ends_with_between: window
local function ends_with_between(s, suffix, start, stop)
  start, stop = window(s, start, stop)
  return start + #suffix <= stop and s:sub(stop - #suffix + 1, stop) == suffix
end

--@ ends_with:
local function ends_with(s, suffix)
  return suffix == "" or s:sub(-#suffix) == suffix
end

--@ remove_prefix:
local function remove_prefix(s, prefix)
  return s:sub(1, #prefix) == prefix and s:sub(#prefix + 1) or s
end

--@ remove_suffix:
local function remove_suffix(s, suffix)
  return suffix ~= "" and s:sub(-#suffix) == suffix and s:sub(1, -#suffix - 1) or s
end

--@ lstrip_chars:
local function lstrip_chars(s, chars)
  local first = 1
  chars = chars or " \t\n\v\f\r"
  while first <= #s and chars:find(s:sub(first, first), 1, true) do first = first + 1 end
  return s:sub(first)
end

--@ rstrip_chars:
local function rstrip_chars(s, chars)
  local last = #s
  chars = chars or " \t\n\v\f\r"
  while last > 0 and chars:find(s:sub(last, last), 1, true) do last = last - 1 end
  return s:sub(1, last)
end

--@ strip_chars: lstrip_chars rstrip_chars
local function strip_chars(s, chars)
  return rstrip_chars(lstrip_chars(s, chars), chars)
end

--@ is_upper:
local function is_upper(s)
  return s:find("%u") ~= nil and not s:find("%l")
end

--@ is_lower:
local function is_lower(s)
  return s:find("%l") ~= nil and not s:find("%u")
end

--@ capitalize:
local function capitalize(s)
  return s:sub(1, 1):upper() .. s:sub(2):lower()
end

--@ title:
local function title(s)
  return (s:gsub("%a+", function(word) return word:sub(1, 1):upper() .. word:sub(2):lower() end))
end

--@ swapcase:
local function swapcase(s)
  return (s:gsub("%a", function(c) return c == c:upper() and c:lower() or c:upper() end))
end

--@ one_character:
local function one_character(fill)
  if utf8.len(fill) ~= 1 then error("TypeError: The fill character must be exactly one character long", 0) end
  return fill
end

--@ ljust:
local function ljust(s, width, fill)
  return s .. (fill or " "):rep(width - #s)
end

--@ rjust:
local function rjust(s, width, fill)
  return (fill or " "):rep(width - #s) .. s
end

--@ center:
local function center(s, width, fill)
  local gap = math.max(width - #s, 0)
  local left = gap // 2 + (gap & width & 1)
  return (fill or " "):rep(left) .. s .. (fill or " "):rep(gap - left)
end

--@ zfill:
local function zfill(s, width)
  local sign, digits = s:match("^([+-]?)(.*)$")
  return sign .. ("0"):rep(width - #s) .. digits
end

--@ partition:
local function partition(s, separator)
  if separator == "" then error("ValueError: empty separator", 0) end
  local first, last = s:find(separator, 1, true)
  if not first then return {s, "", ""} end
  return {s:sub(1, first - 1), separator, s:sub(last + 1)}
end

--@ rpartition: find_last
local function rpartition(s, separator)
  if separator == "" then error("ValueError: empty separator", 0) end
  local place = find_last(s, separator)
  if place < 0 then return {"", "", s} end
  return {s:sub(1, place), separator, s:sub(place + #separator + 1)}
end

--@ sqrt:
local function sqrt(x)
  if x < 0 then error("ValueError: math domain error", 0) end
  return math.sqrt(x)
end

--@ log:
local function log(x, base)
  if x <= 0 then error("ValueError: math domain error", 0) end
  return base and math.log(x, base) or math.log(x)
end

--@ exp:
local function exp(x)
  local result = math.exp(x)
  if result == math.huge and x ~= math.huge then error("OverflowError: math range error", 0) end
  return result
end

--@ asin:
local function asin(x)
  if math.abs(x) > 1 then error("ValueError: math domain error", 0) end
  return math.asin(x)
end

--@ acos:
local function acos(x)
  if math.abs(x) > 1 then error("ValueError: math domain error", 0) end
  return math.acos(x)
end

--@ math_power:
-- math.pow(x, y), always a float.
local function math_power(x, y)
  local result = x ^ y
  local wrong = (x == 0 and y < 0 and y > -math.huge) or (result ~= result and x == x and y == y)
  if wrong then error("ValueError: math domain error", 0) end
  local finite = math.abs(x) < math.huge and math.abs(y) < math.huge
  if finite and math.abs(result) == math.huge then error("OverflowError: math range error", 0) end
  return result
end

--@ sinh:
local function sinh(x)
  return (math.exp(x) - math.exp(-x)) / 2
end

--@ cosh:
local function cosh(x)
  return (math.exp(x) + math.exp(-x)) / 2
end

--@ tanh:
local function tanh(x)
  if math.abs(x) > 20 then return x > 0 and 1.0 or -1.0 end
  local a, b = math.exp(x), math.exp(-x)
  return (a - b) / (a + b)
end

--@ copysign:
local function copysign(x, y)
  local negative = y < 0 or (y == 0 and 1 / y < 0)
  return negative and -math.abs(x) or math.abs(x)
end

--@ hypot:
local function hypot(...)
  local total = 0.0
  for _, x in ipairs({...}) do total = total + x * x end
  return math.sqrt(total)
end

--@ dist:
local function dist(a, b)
  local total = 0.0
  for i, x in ipairs(a) do total = total + (x - b[i]) ^ 2 end
  return math.sqrt(total)
end

--@ is_close:
local function is_close(a, b, relative, absolute)
  if relative < 0 or absolute < 0 then error("ValueError: tolerances must be non-negative", 0) end
  return a == b or math.abs(a - b) <= math.max(relative * math.max(math.abs(a), math.abs(b)), absolute)
end

--@ gcd:
local function gcd(...)
  local result = 0
  for _, b in ipairs({...}) do
    local a = result
    while b ~= 0 do a, b = b, a % b end
    result = math.abs(a)
  end
  return result
end

--@ lcm: gcd
local function lcm(...)
  local result = 1
  for _, n in ipairs({...}) do
    if n == 0 then return 0 end
    result = math.abs(result * n) // gcd(result, n)
  end
  return result
end

--@ factorial:
local function factorial(n)
  if n < 0 then error("ValueError: factorial() not defined for negative values", 0) end
  if n > 20 then error("beyond 64 bits", 0) end
  local result = 1
  for i = 2, n do result = result * i end
  return result
end

--@ isqrt:
local function isqrt(n)
  if n < 0 then error("ValueError: isqrt() argument must be nonnegative", 0) end
  local root = math.floor(math.sqrt(n))
  while root * root > n do root = root - 1 end
  while (root + 1) * (root + 1) <= n do root = root + 1 end
  return root
end

--@ comb:
local function comb(n, k)
  if n < 0 or k < 0 then error("ValueError: must be a non-negative integer", 0) end
  local result = 1
  for i = 1, math.min(k, n - k) do
    if result > math.maxinteger // n then error("beyond 64 bits", 0) end
    result = result * (n - i + 1) // i
  end
  return k > n and 0 or result
end

--@ perm:
local function perm(n, k)
  if n < 0 or (k or 0) < 0 then error("ValueError: must be a non-negative integer", 0) end
  local result = 1
  for i = 0, (k or n) - 1 do result = result * (n - i) end
  return result
end

--@ flatten: to_list
local function flatten(lists)
  local result = {}
  for _, list in ipairs(lists) do
    for _, value in ipairs(to_list(list)) do result[#result + 1] = value end
  end
  return result
end

--@ product:
local function product(pools)
  local result = {{}}
  for _, pool in ipairs(pools) do
    local longer = {}
    for _, row in ipairs(result) do
      for _, value in ipairs(pool) do
        local copy = table.move(row, 1, #row, 1, {})
        copy[#copy + 1] = value
        longer[#longer + 1] = copy
      end
    end
    result = longer
  end
  return result
end

--@ permutations:
local function permutations(list, size)
  size = size or #list
  if size < 0 then error("ValueError: r must be non-negative", 0) end
  local result, chosen, used = {}, {}, {}
  local function choose()
    if #chosen == size then
      result[#result + 1] = table.move(chosen, 1, size, 1, {})
      return
    end
    for i, value in ipairs(list) do
      if not used[i] then
        used[i] = true
        chosen[#chosen + 1] = value
        choose()
        chosen[#chosen] = nil
        used[i] = nil
      end
    end
  end
  choose()
  return result
end

--@ combinations:
local function combinations(list, size)
  if size < 0 then error("ValueError: r must be non-negative", 0) end
  local result, chosen = {}, {}
  local function choose(start)
    if #chosen == size then
      result[#result + 1] = table.move(chosen, 1, size, 1, {})
      return
    end
    for i = start, #list do
      chosen[#chosen + 1] = list[i]
      choose(i + 1)
      chosen[#chosen] = nil
    end
  end
  choose(1)
  return result
end

--@ combinations_with_replacement:
local function combinations_with_replacement(list, size)
  if size < 0 then error("ValueError: r must be non-negative", 0) end
  local result, chosen = {}, {}
  local function choose(start)
    if #chosen == size then
      result[#result + 1] = table.move(chosen, 1, size, 1, {})
      return
    end
    for i = start, #list do
      chosen[#chosen + 1] = list[i]
      choose(i)
      chosen[#chosen] = nil
    end
  end
  choose(1)
  return result
end

--@ accumulate:
local function accumulate(list, combine, initial)
  local result, total = {}, initial
  if initial ~= nil then result[1] = initial end
  for _, value in ipairs(list) do
    if total == nil then
      total = value
    elseif combine then
      total = combine(total, value)
    else
      total = total + value
    end
    result[#result + 1] = total
  end
  return result
end

--@ reduce:
local function reduce(combine, list, initial)
  local start = 1
  if initial == nil then
    initial, start = list[1], 2
    if initial == nil then error("TypeError: reduce() of empty iterable with no initial value", 0) end
  end
  for i = start, #list do initial = combine(initial, list[i]) end
  return initial
end

--@ take:
-- Every step-th of the next values of an iterator, from start, before stop.
local function take(iterator, start, stop, step)
  start, step = start or 0, step or 1
  if start < 0 or (stop or 0) < 0 or step < 1 then error("ValueError: a bound of islice", 0) end
  local result = {}
  for i = 0, stop and math.max(start, stop) - 1 or math.maxinteger do
    local value = iterator()
    if value == nil then break end
    if i >= start and (i - start) % step == 0 then result[#result + 1] = value end
  end
  return result
end

--@ take_while: truthy
local function take_while(test, list)
  local result = {}
  for _, value in ipairs(list) do
    if not truthy(test(value)) then break end
    result[#result + 1] = value
  end
  return result
end

--@ drop_while: truthy
local function drop_while(test, list)
  local result, dropping = {}, true
  for _, value in ipairs(list) do
    dropping = dropping and truthy(test(value))
    if not dropping then result[#result + 1] = value end
  end
  return result
end

--@ pairwise:
local function pairwise(list)
  local result = {}
  for i = 1, #list - 1 do result[i] = {list[i], list[i + 1]} end
  return result
end

--@ group_by: equal
local function group_by(list, key)
  local result = {}
  for _, value in ipairs(list) do
    local k = value
    if key then k = key(value) end
    local last = result[#result]
    if last and equal(last[1], k) then
      last[2][#last[2] + 1] = value
    else
      result[#result + 1] = {k, {value}}
    end
  end
  return result
end

--@ item_getter:
local function item_getter(i)
  return function(value) return value[math.type(i) == "integer" and i + 1 or i] end
end

--@ bisect_right: less
local function bisect_right(list, value)
  local low, high = 1, #list + 1
  while low < high do
    local middle = (low + high) // 2
    if less(value, list[middle]) then high = middle else low = middle + 1 end
  end
  return low - 1
end

--@ bisect_left: less
local function bisect_left(list, value)
  local low, high = 1, #list + 1
  while low < high do
    local middle = (low + high) // 2
    if less(list[middle], value) then low = middle + 1 else high = middle end
  end
  return low - 1
end

--@ heap_push: less
local function heap_push(heap, value)
  local i = #heap + 1
  heap[i] = value
  while i > 1 and less(heap[i], heap[i // 2]) do
    heap[i], heap[i // 2] = heap[i // 2], heap[i]
    i = i // 2
  end
end

--@ sink: less
-- Moves a value of a heap down to its place.
local function sink(heap, i)
  while heap[2 * i] ~= nil do
    local child = 2 * i
    if heap[child + 1] ~= nil and not less(heap[child], heap[child + 1]) then child = child + 1 end
    if not less(heap[child], heap[i]) then return end
    heap[i], heap[child] = heap[child], heap[i]
    i = child
  end
end

--@ heap_pop: sink
local function heap_pop(heap)
  if #heap == 0 then error("IndexError: index out of range", 0) end
  local top = heap[1]
  local last = table.remove(heap)
  if #heap == 0 then return top end
  heap[1] = last
  sink(heap, 1)
  return top
end

--@ heapify: sink
local function heapify(list)
  for i = #list // 2, 1, -1 do sink(list, i) end
end
