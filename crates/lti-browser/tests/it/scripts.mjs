// Run by scripts.rs, which passes the scripts and settings of real pages on standard input.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";

const pages = JSON.parse(readFileSync(0, "utf8"));
const PLATFORM = "https://lms.example";
const TOOL = "https://tool.example";
const EVIL = "https://evil.example";
const AUTH = "https://lms.example/auth?scope=openid";

// ---- a small model of windows, messages and time -------------------------------------------------------------

class Clock {
  now = 0;
  timers = [];
  next = 1;
  set = (run, delay) => {
    this.timers.push({ id: this.next, at: this.now + delay, run });
    this.next += 1;
    return this.next - 1;
  };
  clear = (id) => {
    this.timers = this.timers.filter((timer) => timer.id !== id);
  };
  async advance(delay) {
    const end = this.now + delay;
    for (;;) {
      await new Promise((resolve) => setImmediate(resolve));
      const due = this.timers.filter((timer) => timer.at <= end).sort((a, b) => a.at - b.at || a.id - b.id)[0];
      if (!due) break;
      this.clear(due.id);
      this.now = due.at;
      due.run();
    }
    this.now = end;
    await new Promise((resolve) => setImmediate(resolve));
  }
}

class FakeWindow {
  constructor(clock, origin, { parent = null, opener = null, name = "" } = {}) {
    this.clock = clock;
    this.origin = origin;
    this.listeners = [];
    this.received = [];
    this.children = new Map();
    this.views = new Map();
    this.visited = [];
    if (parent) parent.children.set(name, this);
    const visited = this.visited;
    const href = origin + "/lti/page";
    this.window = {
      setTimeout: clock.set,
      clearTimeout: clock.clear,
      addEventListener: (type, listener) => this.listeners.push(listener),
      removeEventListener: (type, listener) => {
        this.listeners = this.listeners.filter((known) => known !== listener);
      },
      location: { href, origin, replace: (url) => visited.push(url) },
      opener: opener ? opener.seenFrom(this) : null,
    };
    this.window.parent = parent ? parent.seenFrom(this) : this.window;
  }
  // What a script of another window can do with this one.
  seenFrom(other) {
    if (!this.views.has(other)) {
      const crossOrigin = other.origin !== this.origin;
      const frames = new Proxy(
        {},
        {
          get: (target, name) => {
            if (this.children.has(name)) return this.children.get(name).seenFrom(other);
            if (crossOrigin) throw new Error("SecurityError: " + String(name));
            return undefined;
          },
        },
      );
      this.views.set(other, { frames, postMessage: (data, origin) => this.take(other, data, origin) });
    }
    return this.views.get(other);
  }
  take(from, data, targetOrigin) {
    if (targetOrigin !== "*") {
      assert.equal(new URL(targetOrigin).origin, targetOrigin);
      if (targetOrigin !== this.origin) return;
    }
    const event = { data: structuredClone(data), origin: from.origin, source: from.seenFrom(this) };
    this.clock.set(() => {
      this.received.push(event);
      [...this.listeners].forEach((listener) => listener(event));
    }, 0);
  }
  // The page of this window speaks to another.
  say(to, data, targetOrigin = "*") {
    to.seenFrom(this).postMessage(data, targetOrigin);
  }
  on(listener) {
    this.listeners.push(listener);
  }
  run(page, { settings = {}, ids = [], cookies = false, fetch = undefined } = {}) {
    const elements = new Map(ids.map((id) => [id, { hidden: true, textContent: "", focus() { this.focused = true; } }]));
    const merged = JSON.stringify({ ...JSON.parse(page.settings), ...settings });
    const currentScript = {
      dataset: { settings: merged },
      removeAttribute(name) {
        assert.equal(name, "data-settings");
        delete this.dataset.settings;
      },
    };
    const jar = new Map();
    const document = {
      currentScript,
      documentElement: { dataset: {} },
      getElementById: (id) => elements.get(id) ?? null,
      get cookie() {
        return [...jar].map(([name, value]) => name + "=" + value).join("; ");
      },
      set cookie(text) {
        const [name, value] = text.split(";")[0].split("=");
        if (!cookies) return;
        if (text.includes("Max-Age=0")) jar.delete(name);
        else jar.set(name, value);
      },
    };
    const submitted = [];
    const HTMLFormElement = { prototype: { submit() { submitted.push(this); } } };
    new Function("window", "document", "crypto", "fetch", "URL", "HTMLFormElement", page.script)(
      this.window, document, globalThis.crypto, fetch, URL, HTMLFormElement,
    );
    return { elements, document, currentScript, submitted, jar };
  }
}

const tests = [];
const test = (name, run) => tests.push([name, run]);
const LOGIN_IDS = ["lti-opening", "lti-blocked"];
const COMPLETION_IDS = [
  "lti-opening", "lti-blocked", "lti-blocked-code",
  "lti-refused", "lti-refused-message", "lti-refused-code", "lti-refused-spec",
];

const scene = (platformOrigin = PLATFORM) => {
  const clock = new Clock();
  const platform = new FakeWindow(clock, platformOrigin);
  const tool = new FakeWindow(clock, TOOL, { parent: platform, name: "tool" });
  return { clock, platform, tool };
};
const answer = (window, make) =>
  window.on((event) => {
    const reply = make(event.data, event);
    if (reply) event.source.postMessage(reply, event.origin);
  });
const stored = (data, extra = {}) => ({
  subject: data.subject + ".response", message_id: data.message_id, key: data.key, value: data.value, ...extra,
});

// ---- the tool's login ------------------------------------------------------------------------------------------

test("put and get: a round trip with our own platform script", async () => {
  const { clock, platform, tool } = scene();
  platform.run(pages.platform);
  const login = tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(50);
  assert.deepEqual(tool.visited, [AUTH]);
  assert.equal(login.document.documentElement.dataset.ltiStorage, "stored");
  assert.deepEqual(login.currentScript.dataset, {}, "the settings do not stay in the page");
  assert.equal(login.jar.size, 0);

  const sent = [];
  const fetch = async (url, options) => {
    sent.push([url, options]);
    return { ok: true, json: async () => ({ location: "/lti/launches/1" }) };
  };
  tool.visited.length = 0;
  tool.run(pages.completion, { ids: COMPLETION_IDS, fetch });
  await clock.advance(50);
  assert.deepEqual(tool.visited, [TOOL + "/lti/launches/1"]);
  assert.equal(sent.length, 1);
  const [url, options] = sent[0];
  assert.equal(url, "/lti/complete");
  assert.deepEqual(JSON.parse(options.body), { id_token: "e.y.J", state: pages.state, secret: pages.secret });
  assert.equal(options.method, "POST");
  assert.equal(options.headers["Content-Type"], "application/json");
  assert.equal(options.credentials, "same-origin");
  assert.equal(options.redirect, "error");
  assert.equal(options.referrerPolicy, "same-origin");
  assert.notEqual(options.mode, "no-cors");

  // The secret has been taken away again.
  const again = tool.run(pages.completion, { ids: COMPLETION_IDS, fetch });
  await clock.advance(50);
  assert.equal(sent.length, 1);
  assert.equal(again.elements.get("lti-blocked").hidden, false);
  assert.equal(again.elements.get("lti-blocked-code").textContent, "storage_not_stored");
});

test("the state is not what is stored", async () => {
  const { clock, platform, tool } = scene();
  tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(50);
  const put = platform.received.find((event) => event.data.subject === "lti.put_data").data;
  assert.equal(put.value, pages.secret);
  assert.match(put.key, /^lti_[0-9a-f]{32}$/);
  assert.match(put.message_id, /^[0-9a-f]{32}$/);
  assert.ok(!JSON.stringify(platform.received.map((event) => event.data)).includes(pages.state));
});

test("a page of another origin hears nothing but the public question, and its answers do not count", async () => {
  const { clock, platform, tool } = scene(EVIL);
  answer(platform, (data) => ({ ...stored(data), supported_messages: [{ subject: "lti.put_data", frame: "_parent" }] }));
  const login = tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(5000);
  assert.deepEqual(platform.received.map((event) => event.data.subject), ["lti.capabilities"]);
  assert.ok(!JSON.stringify(platform.received.map((event) => event.data)).includes(pages.secret));
  assert.deepEqual(tool.visited, []);
  assert.equal(login.elements.get("lti-blocked").hidden, false);
});

test("a right message_id from a wrong origin is ignored", async () => {
  const { clock, platform, tool } = scene();
  const evil = new FakeWindow(clock, EVIL, { parent: platform, name: "evil" });
  platform.on((event) => evil.say(tool, stored(event.data)));
  tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(1900);
  assert.ok(tool.received.length >= 2);
  assert.deepEqual(tool.visited, []);
});

test("a get answered from a wrong origin yields no completion", async () => {
  const { clock, platform, tool } = scene();
  const evil = new FakeWindow(clock, EVIL, { parent: platform, name: "evil" });
  platform.on((event) => evil.say(tool, stored(event.data, { value: "planted" })));
  let fetched = 0;
  tool.run(pages.completion, { ids: COMPLETION_IDS, fetch: async () => { fetched += 1; } });
  await clock.advance(5000);
  assert.equal(fetched, 0);
});

test("foreign message_ids and subjects from the right origin are ignored", async () => {
  const { clock, platform, tool } = scene();
  platform.on((event) => {
    platform.say(tool, stored(event.data, { message_id: "0".repeat(32) }));
    platform.say(tool, stored(event.data, { message_id: undefined }));
    platform.say(tool, stored(event.data, { subject: "lti.get_data.response" }));
    platform.say(tool, stored(event.data, { subject: event.data.subject }));
    for (const odd of [null, 7, "text", "{", [], undefined, { message_id: {} }]) platform.say(tool, odd);
  });
  tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(1900);
  assert.deepEqual(tool.visited, []);
});

test("a value that is not ours does not count as stored", async () => {
  const { clock, platform, tool } = scene();
  answer(platform, (data) => stored(data, { value: "other" }));
  const login = tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(100);
  assert.equal(login.document.documentElement.dataset.ltiStorage, "not_stored");
});

test("silence: goes on after 2 s where cookies are kept", async () => {
  const { clock, tool } = scene();
  const login = tool.run(pages.login, { ids: LOGIN_IDS, cookies: true });
  await clock.advance(1999);
  assert.deepEqual(tool.visited, []);
  await clock.advance(2);
  assert.deepEqual(tool.visited, [AUTH]);
  assert.equal(login.document.documentElement.dataset.ltiStorage, "timeout");
  assert.equal(login.jar.size, 0, "the probe is removed");
  assert.equal(tool.listeners.length, 0);
});

test("silence: offers the new window where they are not", async () => {
  const { clock, tool } = scene();
  const login = tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(2001);
  assert.deepEqual(tool.visited, []);
  assert.equal(login.elements.get("lti-opening").hidden, true);
  assert.equal(login.elements.get("lti-blocked").hidden, false);
  assert.equal(login.elements.get("lti-blocked").focused, true);
});

test("silence: goes on where no new window is offered", async () => {
  const { clock, tool } = scene();
  tool.run(pages.login, { ids: ["lti-opening"] });
  await clock.advance(2001);
  assert.deepEqual(tool.visited, [AUTH]);
});

test("no parent and no opener: falls back at once", async () => {
  const clock = new Clock();
  const tool = new FakeWindow(clock, TOOL);
  tool.run(pages.login, { ids: LOGIN_IDS, cookies: true });
  await clock.advance(1);
  assert.deepEqual(tool.visited, [AUTH]);
});

test("the opener answers a tool in a window of its own", async () => {
  const clock = new Clock();
  const platform = new FakeWindow(clock, PLATFORM);
  platform.run(pages.platform);
  const tool = new FakeWindow(clock, TOOL, { opener: platform });
  tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(10);
  assert.deepEqual(tool.visited, [AUTH]);
});

test("early subjects: tried when the new ones are not answered", async () => {
  const { clock, platform, tool } = scene();
  answer(platform, (data) => (data.subject === "org.imsglobal.lti.put_data" ? stored(data) : null));
  tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(700);
  assert.deepEqual(tool.visited, []);
  await clock.advance(200);
  assert.deepEqual(tool.visited, [AUTH]);
});

test("early subjects: tried at once when the new ones are refused", async () => {
  const { clock, platform, tool } = scene();
  answer(platform, (data) =>
    data.subject === "org.imsglobal.lti.put_data"
      ? stored(data)
      : stored(data, { error: { code: "unsupported_subject", message: "?" } }),
  );
  tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(10);
  assert.deepEqual(tool.visited, [AUTH]);
});

test("errors end the wait and keep their code", async () => {
  for (const [error, code] of [
    [{ code: "storage_exhaustion" }, "storage_exhaustion"],
    [{ code: "<script>" }, "error"],
    ["broken", "error"],
    [{ code: 7 }, "error"],
  ]) {
    const { clock, platform, tool } = scene();
    answer(platform, (data) => stored(data, { error }));
    const login = tool.run(pages.login, { ids: LOGIN_IDS });
    await clock.advance(10);
    assert.equal(login.document.documentElement.dataset.ltiStorage, code);
    assert.equal(login.elements.get("lti-blocked").hidden, false);
  }
});

test("a named frame of the platform inside a page of another origin", async () => {
  for (const target of ["post_message_forwarding", "_parent", "no_such_frame", "postMessage", ""]) {
    const { clock, platform: school, tool } = scene("https://school.example");
    const frame = new FakeWindow(clock, PLATFORM, { parent: school, name: "post_message_forwarding" });
    frame.run(pages.platform);
    answer(school, (data) =>
      data.subject === "lti.capabilities"
        ? stored(data, { supported_messages: [null, 7, { subject: "lti.put_data", frame: "post_message_forwarding" }] })
        : null,
    );
    tool.run(pages.login, { ids: LOGIN_IDS, settings: { target } });
    await clock.advance(10);
    assert.deepEqual(tool.visited, [AUTH], target);
    assert.ok(school.received.every((event) => event.data.subject === "lti.capabilities"));
  }
});

test("no page can make us ask without end", async () => {
  const { clock, platform: school, tool } = scene("https://school.example");
  const frames = Array.from({ length: 50 }, (_, index) => {
    return new FakeWindow(clock, PLATFORM, { parent: school, name: "f" + index });
  });
  const supported_messages = frames.map((_, index) => ({ subject: "lti.put_data", frame: "f" + index }));
  answer(school, (data) => stored(data, { supported_messages }));
  tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(1900);
  // Its own target and three more, each by both names.
  assert.equal(frames.reduce((sum, frame) => sum + frame.received.length, 0), 6);
});

test("replies as text are read", async () => {
  const { clock, platform, tool } = scene();
  answer(platform, (data) => JSON.stringify(stored(data)));
  tool.run(pages.login, { ids: LOGIN_IDS });
  await clock.advance(10);
  assert.deepEqual(tool.visited, [AUTH]);
});

// ---- the tool's completion -------------------------------------------------------------------------------------

const complete = async (fetch) => {
  const { clock, platform, tool } = scene();
  answer(platform, (data) => stored(data, { value: data.subject === "lti.get_data" ? pages.secret : data.value }));
  const page = tool.run(pages.completion, { ids: COMPLETION_IDS, fetch });
  await clock.advance(10);
  return { page, tool, platform };
};

test("a refusal is shown as text, and the secret is kept for another try", async () => {
  const { page, tool, platform } = await complete(async () => ({
    ok: false,
    json: async () => ({ error: "store_unavailable", message: "<img src=x onerror=alert(1)>", spec: "§I" }),
  }));
  assert.deepEqual(tool.visited, []);
  assert.equal(page.elements.get("lti-refused").hidden, false);
  assert.equal(page.elements.get("lti-refused-message").textContent, "<img src=x onerror=alert(1)>");
  assert.equal(page.elements.get("lti-refused-code").textContent, "store_unavailable");
  assert.equal(page.elements.get("lti-refused-spec").textContent, "§I");
  assert.ok(!platform.received.some((event) => event.data.subject === "lti.put_data"));
});

test("only locations of our own origin are followed", async () => {
  for (const location of ["https://evil.example/", "//evil.example/", "javascript:alert(1)", "data:text/html,x", 7, null, "https://"]) {
    const { page, tool } = await complete(async () => ({ ok: true, json: async () => ({ location }) })).catch((e) => assert.fail(location + e));
    assert.deepEqual(tool.visited, [], String(location));
    assert.equal(page.elements.get("lti-refused").hidden, false, String(location));
  }
});

test("no network and no JSON are refusals too", async () => {
  for (const fetch of [
    async () => { throw new TypeError("network"); },
    async () => ({ ok: true, json: async () => { throw new SyntaxError("html"); } }),
    async () => ({ ok: true, json: async () => null }),
  ]) {
    const { page, tool } = await complete(fetch);
    assert.deepEqual(tool.visited, []);
    assert.equal(page.elements.get("lti-refused").hidden, false);
  }
});

// ---- the platform ----------------------------------------------------------------------------------------------

const storage = async () => {
  const { clock, platform, tool } = scene();
  platform.run(pages.platform);
  const ask = async (data, from = tool) => {
    const before = from.received.length;
    from.say(platform, data);
    await clock.advance(1);
    const replies = from.received.slice(before);
    assert.ok(replies.length <= 1);
    if (replies.length) assert.equal(replies[0].origin, PLATFORM);
    return replies.length ? replies[0].data : null;
  };
  return { clock, platform, tool, ask };
};

test("platform: capabilities, put, get, delete", async () => {
  const { ask } = await storage();
  assert.deepEqual(await ask({ subject: "lti.capabilities", message_id: "1" }), {
    subject: "lti.capabilities.response",
    message_id: "1",
    supported_messages: [
      { subject: "lti.capabilities" }, { subject: "lti.get_data" }, { subject: "lti.put_data" },
      { subject: "lti.frameResize" },
    ],
  });
  for (const key of ["k", "__proto__", "constructor"]) {
    const get = { subject: "lti.get_data", message_id: "2", key };
    assert.deepEqual(await ask(get), { subject: "lti.get_data.response", message_id: "2", key, value: null });
    assert.equal((await ask({ subject: "lti.put_data", message_id: 3, key, value: "v" })).message_id, 3);
    assert.equal((await ask(get)).value, "v");
    assert.equal((await ask({ ...get, subject: "org.imsglobal.lti.get_data" })).subject, "org.imsglobal.lti.get_data.response");
    assert.equal((await ask(JSON.stringify(get))).value, "v");
    assert.equal((await ask({ subject: "lti.put_data", message_id: "4", key, value: null })).value, null);
    assert.equal((await ask(get)).value, null);
  }
});

test("platform: each origin has its own data, strangers none", async () => {
  const { clock, platform, tool, ask } = await storage();
  await ask({ subject: "lti.put_data", message_id: "1", key: "k", value: "v" });
  const evil = new FakeWindow(clock, EVIL, { parent: platform, name: "evil" });
  for (const subject of ["lti.get_data", "lti.put_data", "lti.capabilities"]) {
    const reply = await ask({ subject, message_id: "2", key: "k", value: "x" }, evil);
    assert.equal(reply.error.code, "wrong_origin");
    assert.ok(!("value" in reply));
  }
  for (const origin of ["http://tool.example", "https://tool.example:8443", "https://sub.tool.example"]) {
    const other = new FakeWindow(clock, origin, { parent: platform, name: origin });
    assert.equal((await ask({ subject: "lti.get_data", message_id: "3", key: "k" }, other)).error.code, "wrong_origin");
  }
  const sandboxed = new FakeWindow(clock, "null", { parent: platform, name: "sandboxed" });
  assert.equal(await ask({ subject: "lti.get_data", message_id: "4", key: "k" }, sandboxed), null);
  assert.equal((await ask({ subject: "lti.get_data", message_id: "5", key: "k" }, tool)).value, "v");
});

test("platform: two tools do not share", async () => {
  const { clock, platform, tool } = scene();
  platform.run(pages.platform, { settings: { tools: [TOOL, "https://other.example"] } });
  const other = new FakeWindow(clock, "https://other.example", { parent: platform, name: "other" });
  tool.say(platform, { subject: "lti.put_data", message_id: "1", key: "k", value: "v" });
  await clock.advance(1);
  other.say(platform, { subject: "lti.get_data", message_id: "2", key: "k" });
  await clock.advance(1);
  assert.equal(other.received[0].data.value, null);
});

test("platform: limits", async () => {
  const { ask } = await storage();
  const put = (key, value) => ask({ subject: "lti.put_data", message_id: "1", key, value });
  assert.equal((await put("k", "v".repeat(4096))).error, undefined);
  assert.equal((await put("k", "v".repeat(4097))).error.code, "storage_exhaustion");
  assert.equal((await put("k".repeat(4097), "v")).error.code, "bad_request");
  for (let index = 1; index < 500; index += 1) assert.equal((await put("k" + index, "v")).error, undefined);
  assert.equal((await put("one more", "v")).error.code, "storage_exhaustion");
  assert.equal((await put("k", "replaced")).value, "replaced");
  assert.equal((await put("k", null)).error, undefined);
  assert.equal((await put("one more", "v")).error, undefined);
});

test("platform: bad requests", async () => {
  const { ask } = await storage();
  const code = async (data) => (await ask(data))?.error?.code;
  for (const key of [undefined, null, "", 7, {}, []]) {
    assert.equal(await code({ subject: "lti.put_data", message_id: "1", key, value: "v" }), "bad_request");
    assert.equal(await code({ subject: "lti.get_data", message_id: "1", key }), "bad_request");
  }
  for (const value of [7, {}, [], true]) {
    assert.equal(await code({ subject: "lti.put_data", message_id: "1", key: "k", value }), "bad_request");
  }
  for (const message_id of [undefined, null, "", {}, "x".repeat(1025), NaN]) {
    const reply = await ask({ subject: "lti.get_data", message_id, key: "k" });
    assert.equal(reply.error.code, "bad_request");
    assert.ok(!("message_id" in reply));
  }
  assert.equal(await code({ subject: "lti.no_such", message_id: "1" }), "unsupported_subject");
});

test("platform: messages of others are left alone", async () => {
  const { clock, platform, ask } = await storage();
  for (const data of [
    null, undefined, 7, "", "text", "{", "[]", [], {}, { subject: 7 }, { subject: "resize" },
    { subject: "lti.frameResize", message_id: "1" }, { subject: "lti.get_data.response", message_id: "1" },
    { type: "webpackOk" }, JSON.stringify({ subject: "x" }),
  ]) {
    assert.equal(await ask(data), null, JSON.stringify(data));
  }
  const evil = new FakeWindow(clock, EVIL, { parent: platform, name: "evil" });
  assert.equal(await ask({ subject: "lti.no_such", message_id: "1" }, evil), null);
});

// ---- the self-submitting form ----------------------------------------------------------------------------------

test("form: posts once, whatever its fields are called", async () => {
  const clock = new Clock();
  const platform = new FakeWindow(clock, PLATFORM);
  const page = platform.run(pages.form, { ids: ["lti-form", "lti-submit"] });
  assert.deepEqual(page.submitted, [page.elements.get("lti-form")]);
  assert.equal(page.elements.get("lti-submit").disabled, true);
  await clock.advance(10001);
  assert.equal(page.elements.get("lti-submit").disabled, false);
});

let failed = 0;
for (const [name, run] of tests) {
  try {
    await run();
    console.log("ok   " + name);
  } catch (error) {
    failed += 1;
    console.log("FAIL " + name + "\n" + (error.stack ?? error));
  }
}
console.log(failed === 0 ? "all passed" : failed + " failed");
process.exitCode = failed === 0 ? 0 : 1;
