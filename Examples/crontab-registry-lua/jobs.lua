--- The job functions of the example. Each is a function.lua entry with meta.type: cron.job: the scheduler discovers it
--- by that, a worker calls it at its slots, and any other function may call it by its ID.

local funcs = require("funcs")
local json = require("json")
local logger = require("logger")
local registry = require("registry")

type Context = {
    entry: string,
    run: integer,
    slot: string?,
    directory: string,
    meta: {[string]: any},
}

type Memory = {total: number, available: number}

--- A path beside the registry file. The directory is made where it is missing.
local function beside(context: Context, name: string): string
    local path = context.directory .. "/" .. name
    os.execute("mkdir -p '" .. path:gsub("/[^/]*$", ""):gsub("'", "'\\''") .. "'")
    return path
end

local function lines_of(path: string): {string}
    local lines: {string} = {}
    local file = io.open(path)
    if file == nil then
        return lines
    end
    for line: string in file!:lines() do
        lines[#lines + 1] = line
    end
    file!:close()
    return lines
end

--- All of it or nothing: nobody is to read half a file.
local function replace(path: string, text: string): (boolean, string?)
    local file, problem = io.open(path .. ".new", "w")
    if not file then
        return false, problem
    end
    file:write(text)
    file:close()
    os.rename(path .. ".new", path)
    return true
end

local function memory(): Memory
    local found: {[string]: number} = {}
    for line in io.lines("/proc/meminfo") do
        local name, kilobytes = line:match("^(%w+):%s+(%d+)")
        if name == nil then
            goto continue
        end
        found[name] = tonumber(kilobytes) :: number
        ::continue::
    end
    return {total = found.MemTotal, available = found.MemAvailable}
end

local function heartbeat(): string
    return "ok"
end

--- The entry's `args`, and then what the run is.
local function cleanup(args: {journal: string, keep: integer}, context: Context): (string?, string?)
    local journal = beside(context, args.journal)
    local lines = lines_of(journal)
    local surplus: integer = math.max(0, #lines - args.keep)
    if surplus > 0 then
        local kept = table.concat(lines, "\n", surplus + 1) .. "\n"
        local ok, problem = replace(journal, kept)
        if not ok then
            return nil, problem
        end
    end
    return surplus .. " lines removed"
end

-- A worker lives on from run to run, and so does what it remembers.
local highest = 0.0

local function report(): string
    local file = assert(io.open("/proc/loadavg"))
    local load = file:read("n") :: number
    file:close()
    highest = math.max(highest, load)
    local mem = memory()
    local used = 100 * (mem.total - mem.available) // mem.total
    return string.format("load=%.2f highest=%.2f mem=%d%%", load, highest, used)
end

local function backup(args: {file: string}, context: Context): (string?, string?)
    local entries, problem = registry.find({["meta.type"] = "cron.job"})
    if problem then
        return nil, problem
    end
    local text = json.encode(entries)
    local ok, reason = replace(beside(context, args.file), text .. "\n")
    if not ok then
        return nil, reason
    end

    -- In this worker: what that of app:job.report remembers is its own.
    local state, err = funcs.call("app:job.report")
    if err then
        logger:warn("no report", {error = tostring(err)})
    end
    local journal = assert(io.open(beside(context, "var/journal.txt"), "a"))
    journal:write(context.slot or "asked for", " ", tostring(state), "\n")
    journal:close()
    return #entries .. " entries, " .. #text .. "B written"
end

return {
    heartbeat = heartbeat,
    cleanup = cleanup,
    report = report,
    backup = backup,
}
