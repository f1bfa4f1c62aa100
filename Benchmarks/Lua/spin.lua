-- A run that never ends by itself; for the figure `neighbours`.

local function spin()
    while true do end
end

return {spin = spin}
