-- Both ends of tests in a process of their own: `lua harness program` holds the program, `lua harness
-- tests` runs the tests, whose unknown names are the program's. Tables of plain data cross by value;
-- functions, and tables with functions or a metatable, stay where they are, and the other side has
-- what stands for them. Lua has no other descriptors than the standard ones: messages come in on the
-- first and go out on the third, behind their length, a letter before each value.
local is_tests = arg[1] == 'tests'
local MAX_MESSAGE, MAX_DEPTH = 64 << 20, 190
local input, output, stdout = io.stdin, io.stderr, io.stdout
local read, write, flush = input.read, output.write, stdout.flush
local pack, unpack, sub, find, concat = string.pack, string.unpack, string.sub, string.find, table.concat
local type, pairs, ipairs, next, select, tostring, rawget, rawset = type, pairs, ipairs, next, select, tostring, rawget, rawset
local pcall, error, setmetatable, getmetatable, assert, load = pcall, error, setmetatable, getmetatable, assert, load
local integer, sort, list, spread, remove = math.type, table.sort, table.pack, table.unpack, table.remove
local exit, rawequal, rawlen, coroutine, debug = os.exit, rawequal, rawlen, coroutine, debug
arg = {[0] = arg[0]}

-- What asks an object whether something is so. One of the program that agrees to everything must not
-- stand in for a value: only those that the tests made or fed are asked.
local ASKING, READING = {}, {}
for name in ('equals equal eq same isEqual is_equal contains has has_key includes include compare matches startsWith endsWith starts_with ends_with indexOf index_of any all every some map filter each forEach reduce'):gmatch('%S+') do ASKING[name] = true end
for name in ('get at slice join first last peek item'):gmatch('%S+') do READING[name] = true end

-- The other end is gone: tests that have not come to their end have not passed.
local function leave() exit(0) end

local function send(text)
  if #text > MAX_MESSAGE then error('a value too large to hand over', 0) end
  if not write(output, pack('>s4', text)) then leave() end
end

local function receive()
  local head = read(input, 4)
  if not head or #head < 4 then leave() end
  local size = unpack('>I4', head)
  if size > MAX_MESSAGE then leave() end
  local text = size > 0 and read(input, size) or ''
  if not text or #text < size then leave() end
  return text
end

---- values

local mine, my_number = {}, {}
local theirs, their_number, known, trusted, threads = {}, setmetatable({}, {__mode = 'k'}), {}, {}, setmetatable({}, {__mode = 'k'})
local request, use

local function is_data(value)
  if getmetatable(value) ~= nil then return false end
  for key, item in next, value do
    if type(item) == 'function' or type(key) == 'function' then return false end
  end
  return true
end

local function number(value)
  if not my_number[value] then
    mine[#mine + 1] = value
    my_number[value] = #mine
  end
  return my_number[value]
end

local encode

local function sorted_keys(value, length)
  local keys = {}
  for key in next, value do
    if not (integer(key) == 'integer' and key >= 1 and key <= length) then keys[#keys + 1] = key end
  end
  sort(keys, function(a, b)
    if type(a) ~= type(b) then return type(a) < type(b) end
    if type(a) == 'number' or type(a) == 'string' then return a < b end
    return tostring(a) < tostring(b)
  end)
  return keys
end

-- `seen` numbers tables in the order in which both sides come across them.
local function encode_table(value, seen, depth)
  if seen[value] then return pack('<c1i8', 'r', seen[value]) end
  if depth > MAX_DEPTH then error('a value nested deeper than ' .. MAX_DEPTH .. ' levels', 0) end
  seen.count = (seen.count or 0) + 1
  seen[value] = seen.count
  local length = rawlen(value)
  local keys, parts = sorted_keys(value, length), {}
  parts[1] = pack('<c1i8i8', 'T', length, #keys)
  for at = 1, length do parts[#parts + 1] = encode(rawget(value, at), seen, depth + 1) end
  for _, key in ipairs(keys) do
    parts[#parts + 1] = encode(key, seen, depth + 1)
    parts[#parts + 1] = encode(rawget(value, key), seen, depth + 1)
  end
  return concat(parts)
end

function encode(value, seen, depth)
  local kind = type(value)
  if kind == 'nil' then return 'U' end
  if kind == 'boolean' then return value and 'Y' or 'N' end
  if kind == 'number' then return integer(value) == 'integer' and pack('<c1i8', 'i', value) or pack('<c1d', 'd', value) end
  if kind == 'string' then return pack('<c1s8', 's', value) end
  if their_number[value] then return pack('<c1i8', 'k', their_number[value]) end
  if kind == 'table' and is_data(value) then return encode_table(value, seen or {}, depth or 0) end
  local n = number(value)
  if kind == 'function' then return pack('<c1i8', 'c', n) end
  if kind == 'thread' then return pack('<c1i8', 't', n) end
  local meta = kind == 'table' and debug.getmetatable(value) or nil
  local class = type(meta) == 'table' and not is_data(meta) and not rawequal(meta, value) and (rawget(meta, '__metatable') == nil) and encode(meta, {}, (depth or 0) + 1) or 'U'
  return pack('<c1i8', 'o', n) .. class
end

local decode

local function decode_table(text, at, seen)
  local length, count
  length, count, at = unpack('<i8i8', text, at)
  local value = {}
  seen[#seen + 1] = value
  for index = 1, length do value[index], at = decode(text, at, seen) end
  for _ = 1, count do
    local key, item
    key, at = decode(text, at, seen)
    item, at = decode(text, at, seen)
    value[key] = item
  end
  return value, at
end

local function remember(n, value)
  theirs[n] = value
  their_number[value] = n
  return value
end

local object

function decode(text, at, seen)
  local letter = sub(text, at, at)
  at = at + 1
  if letter == 'U' then return nil, at end
  if letter == 'Y' then return true, at end
  if letter == 'N' then return false, at end
  if letter == 'd' then return unpack('<d', text, at) end
  if letter == 's' then return unpack('<s8', text, at) end
  if letter == 'T' then return decode_table(text, at, seen) end
  local n
  n, at = unpack('<i8', text, at)
  if letter == 'i' then return n, at end
  if letter == 'r' then return seen[n], at end
  if letter == 'k' then return mine[n], at end
  if letter == 'c' then
    return theirs[n] or remember(n, function(...) return use(n, ...) end), at
  end
  if letter == 't' then
    return theirs[n] or remember(n, coroutine.create(function(...)
      local result = list(request('resume', n, ...))
      while result[1] == 'suspended' do result = list(request('resume', n, coroutine.yield(spread(result, 2, result.n)))) end
      return spread(result, 2, result.n)
    end)), at
  end
  if letter == 'o' then
    local class
    class, at = decode(text, at, seen)
    return theirs[n] or object(n, class), at
  end
  error('not a value', 0)
end

local function encode_all(values, seen)
  local parts = {pack('<i8', values.n)}
  for at = 1, values.n do parts[at + 1] = encode(values[at], seen, 0) end
  return concat(parts)
end

local function decode_all(text, at, seen)
  local values = {}
  values.n, at = unpack('<i8', text, at)
  for index = 1, values.n do values[index], at = decode(text, at, seen) end
  return values, at
end

---- what stands for a table of the other side

local function both(a, b) return their_number[a] and their_number[b] end

-- What the program computes from the tests' data can't be data again.
local function operator(name)
  return function(a, b)
    local result = request('operate', name, a, b)
    if is_tests and not both(a, b) and not their_number[result] then
      error("an object of the program computes with the tests' data", 2)
    end
    return result
  end
end

local function order(name)
  return function(a, b)
    if is_tests and not both(a, b) then error("an object of the program is compared with the tests' data", 2) end
    return request('operate', name, a, b) == true
  end
end

local OPERATORS = {
  add = function(a, b) return a + b end, sub = function(a, b) return a - b end, mul = function(a, b) return a * b end,
  div = function(a, b) return a / b end, mod = function(a, b) return a % b end, pow = function(a, b) return a ^ b end,
  idiv = function(a, b) return a // b end, band = function(a, b) return a & b end, bor = function(a, b) return a | b end,
  bxor = function(a, b) return a ~ b end, shl = function(a, b) return a << b end, shr = function(a, b) return a >> b end,
  concat = function(a, b) return a .. b end, unm = function(a) return -a end, bnot = function(a) return ~a end,
  eq = function(a, b) return a == b end, lt = function(a, b) return a < b end, le = function(a, b) return a <= b end,
  len = function(a) return #a end,
}

function object(n, class)
  local meta = {__metatable = class or false}
  for name in ('add sub mul div mod pow idiv band bor bxor shl shr'):gmatch('%S+') do meta['__' .. name] = operator(name) end
  function meta.__concat(a, b)
    local text = function(value) return their_number[value] and tostring(value) or value end
    return text(a) .. text(b)
  end
  meta.__unm = function(a) return request('operate', 'unm', a) end
  meta.__bnot = function(a) return request('operate', 'bnot', a) end
  meta.__lt, meta.__le = order('lt'), order('le')
  -- Never equal to data; two of them are compared by the program.
  function meta.__eq(a, b) return both(a, b) and request('operate', 'eq', a, b) == true or false end
  function meta.__len(a) return request('operate', 'len', a) end
  function meta.__tostring() return tostring(request('text', n)) end
  function meta.__call(self, ...) return use(n, ...) end
  function meta.__newindex(_, key, value) request('set', n, key, value) end
  function meta.__index(_, key)
    local value = request('get', n, key)
    if type(value) == 'function' and their_number[value] then known[value] = key end
    return value
  end
  function meta.__pairs(self)
    local keys, at = request('keys', n), 0
    return function()
      at = at + 1
      local key = keys[at]
      if key ~= nil then return key, self[key] end
    end, self, nil
  end
  return remember(n, setmetatable({}, meta))
end

---- requests and replies

local printed, show = {}, nil

-- The containers of some values, in the order in which they are numbered.
local function tables_of(seen)
  local all = {}
  for value, at in next, seen do if type(value) == 'table' then all[at] = value end end
  return all
end

local become

local function keep(old, item)
  if type(old) ~= 'table' or type(item) ~= 'table' or their_number[old] or their_number[item] or not is_data(old) then return item end
  become(old, item)
  return old
end

-- Make a table equal to what the other side made of it, in place.
function become(ours, new)
  if their_number[new] or not is_data(ours) or rawequal(ours, new) then return end
  local all = {}
  for key, item in next, new do all[key] = keep(rawget(ours, key), item) end
  for key in next, ours do if all[key] == nil then rawset(ours, key, nil) end end
  for key, item in next, all do rawset(ours, key, item) end
end

local answer

local function drain()
  if is_tests then return pack('<s8', '') end
  local said = concat(printed)
  printed = {}
  return pack('<s8', #said < 1 << 20 and said or '')
end

local function exchange(body)
  send('a' .. drain() .. body)
  while true do
    local reply = receive()
    local kind = sub(reply, 1, 1)
    local said, at = unpack('<s8', reply, 2)
    if is_tests and #said > 0 then show(said) end
    if kind == 'a' then
      answer(reply, at)
    elseif kind == 't' then
      error((decode(reply, at, {})), 0)
    else
      return reply, at
    end
  end
end

function request(verb, ...)
  local reply, at = exchange(pack('<s8', verb) .. encode_all(list(...), {}))
  return spread((decode_all(reply, at, {})), 1, nil)
end

-- A call: arguments that were changed there are changed here too.
function use(n, ...)
  local args, seen = list(...), {}
  local first = their_number[args[1]]
  if is_tests and first and not trusted[first] and args.n > 1 then
    local name, foreign = known[theirs[n]], false
    for at = 2, args.n do foreign = foreign or not their_number[args[at]] end
    if foreign and ASKING[name] then error('an object of the program stands in for a value: ' .. name, 0) end
    if not READING[name] then trusted[first] = true end
  end
  local reply, at = exchange(pack('<s8i8', 'call', n) .. encode_all(args, seen))
  local changed
  changed, at = unpack('<i8', reply, at)
  if changed == 1 then
    local new
    new, at = decode_all(reply, at, {})
    for index = 1, args.n do if type(args[index]) == 'table' and type(new[index]) == 'table' then keep(args[index], new[index]) end end
  end
  local result = decode_all(reply, at, tables_of(seen))
  -- What a function gives that is called new or create, or a method of what the tests made, is theirs.
  local name = known[theirs[n]]
  if (first and trusted[first]) or name == 'new' or name == 'create' then
    for index = 1, result.n do if their_number[result[index]] then trusted[their_number[result[index]]] = true end end
  end
  return spread(result, 1, result.n)
end

local DO = {}

function answer(text, at)
  local verb
  verb, at = unpack('<s8', text, at)
  local done, reply = pcall(function()
    if not DO[verb] then error('unknown request', 0) end
    return DO[verb](text, at)
  end)
  if done then
    done, reply = pcall(function() send('o' .. drain() .. reply) end), reply
    if done then return end
    reply = 'a value too large to hand over'
  end
  local fine, encoded = pcall(encode, reply, {}, 0)
  send('t' .. drain() .. (fine and encoded or encode(tostring(reply))))
end

function DO.call(text, at)
  local n
  n, at = unpack('<i8', text, at)
  local target = mine[n]
  if is_tests and type(target) ~= 'function' and not (getmetatable(target) or {}).__call then error('not a function', 0) end
  local seen, before = {}, sub(text, at)
  local args = decode_all(text, at, seen)
  local result = list(target(spread(args, 1, args.n)))
  local after = encode_all(args, {})
  local numbers = {count = #seen}
  for index, value in ipairs(seen) do numbers[value] = index end
  local values = encode_all(result, numbers)
  return after == before and pack('<i8', 0) .. values or pack('<i8', 1) .. after .. values
end

-- The handlers of other requests take and give values.
local function on(verb, work)
  DO[verb] = function(text, at) return encode_all(list(work(spread((decode_all(text, at, {})), 1, nil))), {}) end
end

on('get', function(n, key) return mine[n][key] end)
on('set', function(n, key, value)
  if is_tests and type(key) == 'string' and find(key, '^__') then error('a metatable of the tests', 0) end
  mine[n][key] = value
end)
on('text', function(n) return tostring(mine[n]) end)
on('keys', function(n)
  local keys = {}
  for key in pairs(mine[n]) do keys[#keys + 1] = key end
  return keys
end)
on('resume', function(n, ...)
  local result = list(coroutine.resume(mine[n], ...))
  if not result[1] then error(result[2], 0) end
  return coroutine.status(mine[n]), spread(result, 2, result.n)
end)
on('operate', function(name, ...) return OPERATORS[name](...) end)

local LIBRARIES = {string = true, table = true, math = true, os = true, io = true, utf8 = true, coroutine = true}

---- the program's end

local function load_program()
  local file = io.open('/box/main.lua', 'rb')
  local source = file:read('a')
  file:close()
  local function say(kind, text) printed[#printed + 1] = pack('<c1s8', kind, text) end
  function print(...)
    local parts = list(...)
    for at = 1, parts.n do parts[at] = tostring(parts[at]) end
    say('p', concat(parts, '\t'))
  end
  local stream = {}
  function stream:write(...) for _, item in ipairs({...}) do say('w', tostring(item)) end return self end
  function stream:flush() return self end
  function stream:close() return true end
  function stream:setvbuf() return true end
  function stream:seek() return 0 end
  local sink = setmetatable({write = function(self) return self end}, {__index = stream})
  local empty = setmetatable({read = function() return nil end, lines = function() return function() end end}, {__index = stream})
  local lines = io.lines
  io.stdout, io.stderr, io.stdin, io.read = stream, sink, empty, function() return nil end
  io.write = function(...) return stream:write(...) end
  io.output = function(...) return stream end
  io.input = function() return empty end
  io.lines = function(name, ...) if name == nil then return function() end end return lines(name, ...) end
  warn = function() end

  local before, libraries = {}, LIBRARIES
  for name in next, _G do before[name] = true end
  local had = {}
  for name in next, libraries do
    had[name] = {}
    for key in next, _G[name] do had[name][key] = true end
  end
  local locals, module = {}, nil
  local chunk, problem = load(source, '=main.lua')

  on('names', function()
    if not chunk then error(problem, 0) end
    -- Variables of the file's own level are seen as it returns.
    debug.sethook(function()
      if debug.getinfo(2, 'f').func == chunk then
        for at = 1, 250 do
          local name, value = debug.getlocal(2, at)
          if not name then break end
          if sub(name, 1, 1) ~= '(' then locals[name] = value end
        end
      end
    end, 'r')
    local result = list(pcall(chunk))
    debug.sethook()
    if not result[1] then error(result[2], 0) end
    module = result[2]
    local names, extensions = {}, {}
    for name in next, _G do if not before[name] and type(name) == 'string' then names[#names + 1] = name end end
    for name in next, locals do names[#names + 1] = name end
    for library in next, libraries do
      for key, value in next, _G[library] do
        if not had[library][key] then extensions[#extensions + 1] = {library, key, value} end
      end
    end
    return names, extensions
  end)
  on('global', function(name)
    if locals[name] ~= nil then return locals[name] end
    return rawget(_G, name)
  end)
  on('assign', function(name, value) rawset(_G, name, value) end)
  on('module', function() return module end)
  while true do
    local text = receive()
    local _, at = unpack('<s8', text, 2)
    answer(text, at)
  end
end

---- the tests' end

-- What tests may call the program's file; other modules would be helpers, which the program must not be.
local PROGRAM = {}
for name in ('solution main program code app answer candidate submission'):gmatch('%S+') do PROGRAM[name] = true end

local function run_tests()
  local function slurp(path)
    local file = io.open(path, 'rb')
    local text = file:read('a')
    file:close()
    return text
  end
  local source, token = slurp('/box/tests.lua'), slurp('/box/token')
  local function finish(good, message)
    if message then stdout:write(message, '\n') end
    if good then stdout:write(token) end
    stdout:flush()
    exit(good and 0 or 1)
  end
  io.stderr = setmetatable({write = function(self, ...) stdout:write(...) return self end}, {__index = function() return function() end end})
  io.read = function() return nil end
  os.exit = function(code) finish(code == nil or code == true or code == 0) end
  local started, names, extensions = pcall(request, 'names')
  if not started then finish(false, 'the program: ' .. tostring(names)) end
  local has = {}
  -- What it says of its names may be a lie: none of ours is ever replaced, and none that judges.
  local judges = {lu = true, luaunit = true, expect = true, describe = true, it = true, busted = true}
  for _, name in ipairs(names) do has[name] = type(name) == 'string' and not judges[name] and not find(name, '^[Aa]ssert') end
  for _, one in ipairs(extensions) do
    local library = LIBRARIES[one[1]] and _G[one[1]]
    if library and library[one[2]] == nil then library[one[2]] = one[3] end
  end
  local raw_require = require
  function require(name)
    if package.loaded[name] then return package.loaded[name] end
    local fine, found = pcall(raw_require, name)
    if fine then return found end
    if PROGRAM[name:match('[^./]*$')] then return request('module') end
    error("module '" .. tostring(name) .. "' not found", 2)
  end
  -- These look into a table past its metatable.
  local plain_next = next
  function _G.next(value, key)
    if not their_number[value] then return plain_next(value, key) end
    local keys = request('keys', their_number[value])
    for at = 0, #keys do if (at == 0 and key == nil) or (at > 0 and keys[at] == key) then return keys[at + 1], value[keys[at + 1]] end end
  end
  local globals = _G
  local scope = setmetatable({}, {
    __index = function(_, name)
      local value = globals[name]
      if value == nil and has[name] then
        value = request('global', name)
        if type(value) == 'function' and their_number[value] then known[value] = name end
      end
      return value
    end,
    __newindex = function(self, name, value)
      if has[name] and globals[name] == nil and not (type(value) == 'function') then request('assign', name, value) else rawset(self, name, value) end
    end,
  })
  scope._G = scope
  function show(said)
    local at = 1
    while at <= #said do
      local kind, text
      kind, text, at = unpack('<c1s8', said, at)
      if kind == 'p' then scope.print(text) else scope.io.write(text) end
    end
  end
  local chunk, problem = load(source, '=tests.lua', 't', scope)
  if not chunk then finish(false, problem) end
  local fine, message = xpcall(chunk, function(problem_) return type(problem_) == 'string' and debug.traceback(problem_) or problem_ end)
  if fine then finish(true) else finish(false, tostring(message)) end
end

if is_tests then run_tests() else load_program() end
