const { check, check_raises, check_yields } = (() => {
  let number = 0;
  const near = (got, want) => {
    if (got === want || (Number.isNaN(got) && Number.isNaN(want))) return true;
    const distance = want === 0 ? 1e-12 : 1e-9 * Math.max(Math.abs(got), Math.abs(want));
    return distance < Infinity && Math.abs(got - want) <= distance;
  };
  const pairs = (value) => (value instanceof Map ? [...value] : Object.entries(value));
  const among = (values, one) => [...values].some((each) => same(each, one));
  const same = (got, want) => {
    if (want === null || want === undefined) return got === null || got === undefined;
    if (typeof got !== typeof want) return false;
    if (typeof want === 'number') return Number.isInteger(want) && want !== 0 ? got === want : near(got, want);
    if (typeof want !== 'object') return got === want;
    if (got === null || Array.isArray(got) !== Array.isArray(want) || got instanceof Set !== want instanceof Set) return false;
    if (Array.isArray(want)) return got.length === want.length && want.every((each, place) => same(got[place], each));
    if (want instanceof Set) return got.size === want.size && [...want].every((each) => among(got, each));
    const [one, other] = [pairs(got), pairs(want)];
    return one.length === other.length && other.every((pair) => among(one, pair));
  };
  const show = (value) => require('util').inspect(value, { depth: 6, breakLength: Infinity });
  const settle = (passed, got, want) => {
    number += 1;
    if (!passed) throw new Error(`case ${number}: got ${got}, expected ${want}`);
  };
  const check = (got, want) => settle(same(got, want), show(got), show(want));
  const check_raises = (name, call) => {
    let value;
    try {
      value = call();
    } catch (error) {
      const texts = [`${error?.message ?? error}`, `${error}`];
      return settle(texts.some((text) => text === name || text.startsWith(`${name}:`)), `error ${texts[0]}`, name);
    }
    settle(false, show(value), name);
  };
  const check_yields = (values, want) => {
    const got = [];
    for (const each of values) if (got.push(each) > want.length) break;
    check(got, want);
  };
  return { check, check_raises, check_yields };
})();
