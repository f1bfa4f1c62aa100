-- A table of numbers, summed: the same file in a worker and in the stock program.

local M = {}

local NUMBERS, SUMS = 10000, 1000

local numbers = {}
for i = 1, NUMBERS do
    numbers[i] = i
end

local function sum()
    local total = 0
    for i = 1, #numbers do
        total = total + numbers[i]
    end
    return total
end

--- The processor time of one sum, in microseconds.
function M.measure()
    local began = os.clock()
    for _ = 1, SUMS do
        assert(sum() == NUMBERS * (NUMBERS + 1) // 2)
    end
    return string.format("%.4f", (os.clock() - began) / SUMS * 1e6)
end

return M
