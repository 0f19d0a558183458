/**
 * A Lua script that lists every key as `<key> <type> <SHA-1 of its value> <expiry, Unix milliseconds, or -1>`. Values
 * are put in order first: DUMP would show hashes and sets in the order of the one server's memory.
 */
export const listContents = `
local readers = {
  string = function(key) return {redis.call('get', key)} end,
  list = function(key) return redis.call('lrange', key, 0, -1) end,
  zset = function(key) return redis.call('zrange', key, 0, -1, 'withscores') end,
  set = function(key)
    local members = redis.call('smembers', key)
    table.sort(members)
    return members
  end,
  hash = function(key)
    local fields, values = redis.call('hkeys', key), {}
    table.sort(fields)
    for _, field in ipairs(fields) do
      table.insert(values, field)
      table.insert(values, redis.call('hget', key, field))
    end
    return values
  end,
}
local lines = {}
for _, key in ipairs(redis.call('keys', '*')) do
  local kind = redis.call('type', key).ok
  local parts = {}
  for _, value in ipairs(readers[kind](key)) do table.insert(parts, #value .. ':' .. value) end
  local digest = redis.sha1hex(table.concat(parts))
  table.insert(lines, table.concat({key, kind, digest, redis.call('pexpiretime', key)}, ' '))
end
return lines`;

/** What that script printed, in one order for all servers. */
export function parseContents(printed: string): string[] {
  return printed
    .split("\n")
    .filter((line) => line !== "")
    .sort();
}

/**
 * Commands that make `count` sessions as libraries keep them, one a line: strings with JSON in them, hashes, lists, sets
 * and sorted sets, two in three with an expiry of hours, which no test outlives.
 */
export function sessionCommands(count: number, prefix = "sess:"): string {
  const lines = Array.from({ length: count }, (_, index) => {
    const key = `${prefix}${index}`;
    const long = `${index}-`.padEnd(30 + (index % 200), "x");
    const makers = [
      `set ${key} '{"user":"${long}","views":${index}}'`,
      `hset ${key} user ${long} views ${index} cart ${long}${long}`,
      `rpush ${key} first ${long} ${index}`,
      `sadd ${key} admin ${long} ${index}`,
      `zadd ${key} 1.5 low ${index} ${long}`,
    ];
    const expiry = index % 3 === 0 ? "" : `pexpire ${key} ${3_600_000 + index * 1001}\n`;
    return `${makers[index % makers.length]}\n${expiry}`;
  });
  return lines.join("");
}
