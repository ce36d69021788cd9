-- Tests Neovim's highlighting, folds, and injections with the sample that all editors share. Runs in the repository's root folder.

local classes = {
  ["function"] = "Verb", comment = "Comment", constant = "Constant", keyword = "Keyword", module = "Process", number = "Number",
  operator = "Operator", property = "Fact", string = "String", type = "Noun", variable = "Variable",
}

local wrong = {}

--- The class at a position, counted from 1. The last of several captures wins.
local function class(line, column)
  local captures = vim.treesitter.get_captures_at_pos(0, line - 1, column - 1)
  local last = captures[#captures]
  return last and last.lang == "pagewalk" and classes[last.capture:match("^%a+")]
end

local function claim(what, got, wanted)
  if got ~= wanted then
    wrong[#wrong + 1] = ("%s: %s, not %s"):format(what, tostring(got), tostring(wanted))
  end
end

local count = 0
vim.filetype.add({ extension = { pw = "pagewalk" } })
vim.cmd.edit("editors/sample.pw")
claim("the file's type", vim.bo.filetype, "pagewalk")
vim.treesitter.start()
vim.treesitter.get_parser(0):parse(true)
for token in io.lines("editors/sample.classes") do
  local line, column, word, wanted = token:match("^(%d+):(%d+) (.*) (%a+)$")
  local before = vim.fn.strcharpart(vim.fn.getline(tonumber(line)), 0, column - 1)
  claim(token:match("^%S+") .. " " .. word, class(tonumber(line), #before + 1), wanted)
  count = count + 1
end

vim.wo.foldmethod = "expr"
vim.wo.foldexpr = "v:lua.vim.treesitter.foldexpr()"
claim("the fold of `machine {`", vim.fn.foldlevel(vim.fn.search("^machine {$", "w") + 1), 1)

for _, name in ipairs({ "highlights", "injections", "folds", "indents", "locals", "tags" }) do
  claim("the query " .. name, pcall(vim.treesitter.query.get, "pagewalk", name), true)
end

vim.cmd.enew()
vim.api.nvim_buf_set_lines(0, 0, -1, false, { "# A page", "", "```pagewalk", "read x => fault none", "```" })
vim.treesitter.start(0, "markdown")
vim.treesitter.get_parser(0):parse(true)
claim("`read` in Markdown", class(4, 1), "Verb")
claim("`none` in Markdown", class(4, 17), "Constant")

io.stdout:write(#wrong == 0 and ("ok: Neovim colours %d tokens of the shared sample, folds, and finds scripts in Markdown\n"):format(count)
  or ("FAILED: Neovim\n  " .. table.concat(wrong, "\n  ") .. "\n"))
vim.cmd(#wrong == 0 and "qall!" or "cquit")
