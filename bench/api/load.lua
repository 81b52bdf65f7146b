-- What wrk sends: wrk … -s load.lua URL -- KIND TOKEN PREFIX. KIND is a name in `requests` below; what is created is
-- called PREFIX-1, PREFIX-2 and so on, so no two runs against one zone may share a prefix. One thread only.
-- Prints the result as one line of JSON; durations are in microseconds.
local scope = "/tenants/default/workspaces/default/"
local instances = "/providers/seca.compute/v1" .. scope .. "instances"
local disks = "/providers/seca.storage/v1" .. scope .. "block-storages/"
local disk = '{"spec": {"skuRef": "skus/local", "sizeMib": 1024}}'
local instance = [[{"labels": {"app": "bench"}, "spec": {"skuRef": "skus/tiny",
  "bootVolume": {"sourceImageRef": "images/none"}, "forwards": [{"guestPort": 80}],
  "userData": "#cloud-config\npackages: [nginx]\n"}}]]

local headers = {}
local prefix = ""
local count = 0

local function next_name()
  count = count + 1
  return prefix .. "-" .. count
end

local requests = {
  healthz = function() return wrk.format("GET", "/healthz", headers) end,
  get = function() return wrk.format("GET", instances .. "/" .. prefix .. "-500", headers) end,
  list = function() return wrk.format("GET", instances .. "?limit=100", headers) end,
  create_disk = function() return wrk.format("PUT", disks .. next_name(), headers, disk) end,
  create_instance = function() return wrk.format("PUT", instances .. "/" .. next_name(), headers, instance) end,
}

function init(arguments)
  headers = {["Authorization"] = "Bearer " .. arguments[2], ["Content-Type"] = "application/json"}
  prefix = arguments[3]
  request = requests[arguments[1]]
end

function done(summary, latency)
  local errors = summary.errors
  local failed = errors.connect + errors.read + errors.write + errors.status + errors.timeout
  print(string.format('{"requests": %d, "duration": %d, "failed": %d, "p50": %d, "p99": %d, "longest": %d}',
    summary.requests, summary.duration, failed, latency:percentile(50), latency:percentile(99), latency.max))
end
