// A platform of a few lines on jose. It prints `ready: URL` and reads one line: the tool that it launches. Where libraries
// are lenient with a tool's assertion (its audience, its lifetime, its use a second time), this one is not.
import { createServer } from 'node:http';
import { createInterface } from 'node:readline';
import { randomUUID } from 'node:crypto';
import { SignJWT, createRemoteJWKSet, exportJWK, generateKeyPair, jwtVerify } from 'jose';

const CLAIM = 'https://purl.imsglobal.org/spec/lti/claim/';
const SCORE = 'https://purl.imsglobal.org/spec/lti-ags/scope/score';
const MESSAGES = { link: 'LtiResourceLinkRequest', content: 'LtiDeepLinkingRequest' };
const { publicKey, privateKey } = await generateKeyPair('RS256');
const jwk = { ...await exportJWK(publicKey), kid: 'jose', alg: 'RS256', use: 'sig' };
const [scores, content, seen, tokens] = [[], [], new Set(), new Set()];
let here, tool, keys;

class Refusal extends Error {}
const expect = (holds, what) => { if (!holds) throw new Refusal(what); };
const escape = (text) => text.replace(/[&<>"]/g, (c) => `&#${c.charCodeAt(0)};`);

function verify(jwt, audience) {
  const options = { issuer: tool.client_id, audience, algorithms: ['RS256'], requiredClaims: ['iat', 'exp'], maxTokenAge: 60 };
  return jwtVerify(jwt, keys, options);
}

function login(kind) {
  const url = new URL(tool.login_url);
  const asked = { iss: here, client_id: tool.client_id, login_hint: 'sam', lti_message_hint: kind, target_link_uri: tool.launch_url };
  for (const [name, value] of Object.entries(asked)) url.searchParams.set(name, value);
  return url.href;
}

async function launch(asked) {
  const fixed = { scope: 'openid', response_type: 'id_token', response_mode: 'form_post', prompt: 'none', client_id: tool.client_id, redirect_uri: tool.launch_url, login_hint: 'sam' };
  for (const [name, value] of Object.entries(fixed)) expect(asked.get(name) === value, name);
  const kind = asked.get('lti_message_hint');
  const claims = {
    nonce: asked.get('nonce'),
    [CLAIM + 'message_type']: MESSAGES[kind],
    [CLAIM + 'version']: '1.3.0',
    [CLAIM + 'deployment_id']: tool.deployment_id,
    [CLAIM + 'target_link_uri']: tool.launch_url,
    [CLAIM + 'roles']: ['http://purl.imsglobal.org/vocab/lis/v2/membership#Instructor'],
  };
  if (kind === 'link') {
    claims[CLAIM + 'resource_link'] = { id: 'jose-link' };
    claims['https://purl.imsglobal.org/spec/lti-ags/claim/endpoint'] = { scope: [SCORE], lineitem: `${here}/column` };
  } else {
    claims['https://purl.imsglobal.org/spec/lti-dl/claim/deep_linking_settings'] = {
      deep_link_return_url: `${here}/content`, accept_types: ['ltiResourceLink'], accept_presentation_document_targets: ['iframe'], data: 'asked-1',
    };
  }
  const token = await new SignJWT(claims).setProtectedHeader({ alg: 'RS256', kid: jwk.kid, typ: 'JWT' })
    .setIssuer(here).setAudience([tool.client_id]).setSubject('sam').setIssuedAt().setExpirationTime('5m').sign(privateKey);
  const field = (name, value) => `<input type="hidden" name="${name}" value="${escape(value)}">`;
  return `<form method="post" action="${escape(tool.launch_url)}">${field('id_token', token)}${field('state', asked.get('state'))}</form>`;
}

async function grant(form) {
  expect(form.get('grant_type') === 'client_credentials', 'grant_type');
  expect(form.get('client_assertion_type') === 'urn:ietf:params:oauth:client-assertion-type:jwt-bearer', 'client_assertion_type');
  const { payload } = await verify(form.get('client_assertion'), `${here}/token`);
  expect(payload.sub === tool.client_id && payload.aud === `${here}/token`, 'sub or aud');
  expect(payload.exp - payload.iat <= 300, 'lifetime');
  expect(payload.jti && !seen.has(payload.jti), 'jti');
  seen.add(payload.jti);
  expect(form.get('scope') === SCORE, 'scope');
  const token = randomUUID();
  tokens.add(token);
  return { access_token: token, token_type: 'Bearer', expires_in: 3600, scope: SCORE };
}

async function take(jwt) {
  const { payload } = await verify(jwt, here);
  expect(payload.nonce && !seen.has(payload.nonce), 'nonce');
  seen.add(payload.nonce);
  expect(payload[CLAIM + 'message_type'] === 'LtiDeepLinkingResponse', 'message_type');
  expect(payload[CLAIM + 'version'] === '1.3.0', 'version');
  expect(payload[CLAIM + 'deployment_id'] === tool.deployment_id, 'deployment_id');
  expect(payload['https://purl.imsglobal.org/spec/lti-dl/claim/data'] === 'asked-1', 'data');
  content.push(...payload['https://purl.imsglobal.org/spec/lti-dl/claim/content_items']);
  return content;
}

async function answer(request, body) {
  const url = new URL(request.url, here);
  const form = new URLSearchParams(body);
  const media = (request.headers['content-type'] ?? '').split(';')[0];
  switch (`${request.method} ${url.pathname}`) {
    case 'GET /jwks': return { keys: [jwk] };
    case 'GET /open/link': return { location: login('link') };
    case 'GET /open/content': return { location: login('content') };
    case 'GET /auth': return launch(url.searchParams);
    case 'POST /token':
      expect(media === 'application/x-www-form-urlencoded', 'content-type');
      return grant(form);
    case 'POST /column/scores':
      expect(tokens.has((request.headers.authorization ?? '').replace(/^Bearer /, '')), 'token');
      expect(media === 'application/vnd.ims.lis.v1.score+json', 'content-type');
      scores.push(JSON.parse(body));
      return {};
    case 'POST /content': return take(form.get('JWT'));
    case 'GET /course': return { scores, content };
    default: throw new Refusal('no such page');
  }
}

const server = createServer(async (request, response) => {
  let body = '';
  for await (const part of request) body += part;
  try {
    const said = await answer(request, body);
    if (said.location) response.writeHead(302, { location: said.location }).end();
    else if (typeof said === 'string') response.writeHead(200, { 'content-type': 'text/html' }).end(said);
    else response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(said));
  } catch (error) {
    response.writeHead(400, { 'content-type': 'application/json' }).end(JSON.stringify({ error: `${error.code ?? error.name}: ${error.message}` }));
  }
});
server.listen(0, '127.0.0.1', () => {
  here = `http://127.0.0.1:${server.address().port}`;
  console.log(`ready: ${here}`);
});
for await (const line of createInterface({ input: process.stdin })) {
  tool = JSON.parse(line);
  keys = createRemoteJWKSet(new URL(tool.key_set_url));
  console.log('told');
}
process.exit(0);
