-- Drives Neovim as a user does, and writes what is seen to a file.
local seen = {}

local function wait_for(what, is_true)
  if not vim.wait(60000, is_true, 20) then
    error("waited in vain for " .. what)
  end
end

local function messages()
  local found = {}
  for _, diagnostic in ipairs(vim.diagnostic.get(0)) do
    table.insert(found, diagnostic.lnum .. ": " .. diagnostic.message:match("[^\n]*"))
  end
  return found
end

local function floating_text()
  for _, window in ipairs(vim.api.nvim_list_wins()) do
    if vim.api.nvim_win_get_config(window).relative ~= "" then
      return table.concat(vim.api.nvim_buf_get_lines(vim.api.nvim_win_get_buf(window), 0, -1, false), "\n")
    end
  end
end

local function run()
  -- The findings of the file as it is.
  wait_for("findings", function()
    return #vim.diagnostic.get(0) > 0
  end)
  seen.found = messages()

  -- The preferred quick fix of the first one.
  vim.api.nvim_win_set_cursor(0, { 7, 16 })
  local params = vim.lsp.util.make_range_params()
  params.context = { diagnostics = {}, only = { "quickfix" } }
  local answers = vim.lsp.buf_request_sync(0, "textDocument/codeAction", params, 60000)
  for _, answer in pairs(answers) do
    for _, action in ipairs(answer.result) do
      if action.isPreferred then
        seen.applied = action.title
        vim.lsp.util.apply_workspace_edit(action.edit, "utf-16")
      end
    end
  end
  wait_for("the fix", function()
    return #vim.diagnostic.get(0) == 0
  end)
  seen.line = vim.api.nvim_buf_get_lines(0, 6, 7, false)[1]

  -- The value of a variable.
  vim.api.nvim_win_set_cursor(0, { 8, 20 })
  vim.lsp.buf.hover()
  wait_for("a hover", floating_text)
  seen.hover = floating_text()

  -- From the variable to the line that sets it.
  vim.lsp.buf.definition()
  wait_for("the definition", function()
    return vim.api.nvim_buf_get_name(0):match("terraform.tfvars$")
  end)
  seen.definition = vim.api.nvim_get_current_line()
end

local is_right, problem = pcall(run)
if not is_right then
  seen.problem = tostring(problem)
end
vim.fn.writefile({ vim.fn.json_encode(seen) }, "seen.json")
vim.cmd("qall!")
