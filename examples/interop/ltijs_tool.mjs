// A tool by ltijs. It prints `ready: URL`, and registers itself with whatever platform its registration page is opened
// for. ltijs wants a database; this one, by its plugin interface, is a few arrays.
import { createServer } from 'node:http';
import { randomBytes } from 'node:crypto';
import { createInterface } from 'node:readline';
import ltijs from 'ltijs';

const lti = ltijs.Provider;

class Memory {
  tables = new Map();
  rows(table) {
    if (!this.tables.has(table)) this.tables.set(table, []);
    return this.tables.get(table);
  }
  matching(table, query) {
    return this.rows(table).filter((row) => Object.entries(query ?? {}).every(([name, value]) => row.index[name] === value));
  }
  async setup() { return true; }
  async Close() { return true; }
  async Get(key, table, query) {
    const found = this.matching(table, query).map((row) => ({ ...row.item, createdAt: row.createdAt }));
    return found.length > 0 && found;
  }
  async Insert(key, table, item, index) {
    this.rows(table).push({ item, index: { ...item, ...index }, createdAt: Date.now() });
    return true;
  }
  async Replace(key, table, query, item, index) {
    await this.Delete(table, query);
    return this.Insert(key, table, item, index);
  }
  async Modify(key, table, query, change) {
    for (const row of this.matching(table, query)) {
      Object.assign(row.item, change);
      Object.assign(row.index, change);
    }
    return true;
  }
  async Delete(table, query) {
    const gone = new Set(this.matching(table, query));
    this.tables.set(table, this.rows(table).filter((row) => !gone.has(row)));
    return true;
  }
}

const server = createServer((request, response) => lti.app(request, response));
await new Promise((ready) => server.listen(0, '127.0.0.1', ready));
const here = `http://127.0.0.1:${server.address().port}`;

lti.setup(randomBytes(16).toString('hex'), { plugin: new Memory() }, {
  dynReg: { url: here, name: 'ltijs', autoActivate: true, redirectUris: [`${here}/launch`] },
});
// After its checks ltijs sends the browser to the same page again, with its own token `ltik`.
const opened = (request, response) => response.json({ token: response.locals.token, ltik: response.locals.ltik });
lti.onConnect((token, request, response) => opened(request, response));
lti.onDeepLinking((token, request, response) => opened(request, response));
lti.app.get('/launch', opened);

const answering = (handler) => async (request, response) => {
  try {
    await handler(response.locals.token, request, response);
  } catch (error) {
    response.status(502).json({ error: error.message, body: error.response?.body });
  }
};
lti.app.get('/members', answering(async (token, request, response) => {
  response.json(await lti.NamesAndRoles.getMembers(token, { limit: 2, pages: false }));
}));
lti.app.post('/scores', answering(async (token, request, response) => {
  const { user, given } = request.body;
  const column = await lti.Grade.createLineItem(token, { label: 'ltijs', scoreMaximum: 20, tag: 'ltijs' }, { resourceLinkId: true });
  await lti.Grade.submitScore(token, column.id, { userId: user, scoreGiven: given, activityProgress: 'Completed', gradingProgress: 'FullyGraded' });
  const { lineItems } = await lti.Grade.getLineItems(token, { tag: 'ltijs', resourceLinkId: true });
  const { scores } = await lti.Grade.getScores(token, column.id, { userId: user });
  response.json({ column, lineItems, scores });
}));
lti.app.get('/deep-link', answering(async (token, request, response) => {
  const item = { type: 'ltiResourceLink', url: `${here}/launch`, title: 'Stars', custom: { chapter: '3' } };
  response.send(await lti.DeepLinking.createDeepLinkingForm(token, [item], { message: 'done' }));
}));

await lti.deploy({ serverless: true, silent: true });
console.log(`ready: ${here}`);
for await (const line of createInterface({ input: process.stdin })) void line;
process.exit(0);
