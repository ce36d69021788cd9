-- An adapter for neotest. The cases and their results come from `pagewalk test --report json=FILE`.
local M = { name = 'neotest-pagewalk' }

--- The program: a name in PATH, or a path.
local program = 'pagewalk'

--- The results in the words of neotest.
local STATUS = { passed = 'passed', failed = 'failed', wrong = 'failed', ['not-run'] = 'skipped' }

--- Returns the identifier of a case, whose name begins with the path of its file.
--- @param case table
local function id(case)
  -- The case of a whole script has the name of its file, which is also the identifier of the file.
  return case.name == case.file and case.name .. ' :: statements outside scenarios' or case.name
end

--- @param dir string
function M.root(dir)
  return vim.fs.root(dir, { 'pagewalk.toml', '.git' })
end

--- @param name string
function M.filter_dir(name)
  return name ~= 'target' and not vim.startswith(name, '.')
end

--- @param path string
function M.is_test_file(path)
  return vim.endswith(path, '.pw')
end

--- Returns the cases of a script. A case ends where the next case begins.
--- @param path string
function M.discover_positions(path)
  local lib = require('neotest.lib')
  local _, output = lib.process.run({ program, 'test', '--report', 'json=-', path }, { stdout = true })
  local fine, suite = pcall(vim.json.decode, output.stdout or '', { luanil = { object = true } })
  local file = { type = 'file', path = path, name = vim.fs.basename(path), id = path, range = { 0, 0, #lib.files.read_lines(path), 0 } }
  local list = { file }
  for at, case in ipairs(fine and suite.cases or {}) do
    local following = suite.cases[at + 1]
    local last = following and math.max(case.line, following.line) - 1 or file.range[3]
    local name = id(case):sub(#path + 5)
    list[#list + 1] = { { type = 'test', path = path, name = name, id = id(case), range = { case.line - 1, 0, math.max(case.line, last) - 1, 0 } } }
  end
  return require('neotest.types').Tree.from_list(list, function(position)
    return position.id
  end)
end

--- Runs the file or the folder of a position. A file runs as a whole, because its cases share the statements outside scenarios.
--- @param args neotest.RunArgs
function M.build_spec(args)
  local report = require('neotest.async').fn.tempname()
  local path = args.tree:data().path
  return { command = { program, 'test', '--report', 'json=' .. report, path }, context = { report = report } }
end

--- Returns the errors of a case.
--- @param case table
local function errors(case)
  local found = {}
  local function add(line, message)
    found[#found + 1] = { line = line - 1, message = message }
  end
  for _, broken in ipairs(case.failures) do
    for _, check in ipairs(broken.checks) do
      add(check.line, ('%s: expected %s, actual %s'):format(check.fact, check.expected, check.actual or 'nothing'))
    end
  end
  for _, mistake in ipairs(case.mistakes) do
    add(mistake.line, mistake.message)
  end
  for _, note in ipairs(case.golden.notes or {}) do
    add(case.line, note)
  end
  for _, difference in ipairs(case.golden.differences or {}) do
    local lines = { ('`%s` differs from the golden file (-):'):format(difference.statement) }
    for _, change in ipairs(difference.lines) do
      lines[#lines + 1] = change.golden and '- ' .. change.golden
      lines[#lines + 1] = change.run and '+ ' .. change.run
    end
    add(difference.line, table.concat(lines, '\n'))
  end
  return found
end

--- @param spec neotest.RunSpec
--- @param result neotest.StrategyResult
function M.results(spec, result)
  local lib = require('neotest.lib')
  local fine, suite = pcall(function()
    return vim.json.decode(lib.files.read(spec.context.report), { luanil = { object = true } })
  end)
  local results = {}
  for _, case in ipairs(fine and suite.cases or {}) do
    local found = errors(case)
    results[id(case)] = { status = STATUS[case.verdict], output = result.output, errors = found, short = found[1] and found[1].message }
  end
  return results
end

--- Returns the adapter, with the path of a program that is not in PATH.
return setmetatable(M, {
  __call = function(_, options)
    program = options and options.program or program
    return M
  end,
})
