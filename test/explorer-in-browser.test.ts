import type { Browser, BrowserContext, Page } from 'playwright-core';
import { SAMPLE_2013, SAMPLE_2014, startServer, type TestServer } from './api/support';
import { describeInBrowser, startBrowser } from './support/browser';

/** How long a page may take to show something: the machine may be busy with all other tests. */
const WITHIN_MS = 120_000;

describeInBrowser('The explorer in a browser', () => {
  let server: TestServer;
  let browser: Browser;
  let context: BrowserContext;
  let page: Page;
  /** All that went wrong, or elsewhere. */
  let complaints: string[];
  beforeAll(async () => {
    server = await startServer(SAMPLE_2013, SAMPLE_2014);
    browser = await startBrowser();
  });
  afterAll(async () => {
    await browser.close();
    await server.close();
  });
  beforeEach(async () => {
    complaints = [];
    context = await browser.newContext({ viewport: { width: 1400, height: 900 } });
    context.setDefaultTimeout(WITHIN_MS);
    await context.grantPermissions(['clipboard-read', 'clipboard-write']);
    page = await context.newPage();
    // What the Content-Security-Policy refuses is told here too.
    page.on('console', (message) => {
      if (['error', 'warning'].includes(message.type())) complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(String(error)));
    context.on('request', (request) => {
      if (new URL(request.url()).origin !== server.url) complaints.push(request.url());
    });
    page.on('websocket', (socket) => {
      if (socket.url() !== `${server.url.replace('http', 'ws')}/graphql`) complaints.push(socket.url());
    });
    await page.goto(`${server.url}/graphql`);
    await page.locator(QUERY).waitFor();
  });
  afterEach(async () => {
    await context.close();
    // The first few say enough.
    expect(complaints.slice(0, 5)).toEqual([]);
  });

  const QUERY = '.graphiql-query-editor .view-lines';
  const RUN = 'Control+Enter';
  const answer = (text: string) => page.locator('.result-window', { hasText: text }).waitFor();
  const focusOn = (editor: string) => page.locator(editor).click();
  /** Puts a text in place of what an editor holds. */
  const paste = async (editor: string, text: string): Promise<void> => {
    await focusOn(editor);
    await page.keyboard.press('Control+A');
    await page.evaluate(`navigator.clipboard.writeText(${JSON.stringify(text)})`);
    await page.keyboard.press('Control+V');
    // What was copied comes when the system gives it.
    await page.locator(editor, { hasText: text.slice(0, 20) }).waitFor();
  };
  const kept = () => page.evaluate(() => JSON.stringify([{ ...localStorage }, { ...sessionStorage }]));

  it('is where one who opens /graphql comes, and runs its first document by the keyboard', async () => {
    expect(page.url()).toBe(`${server.url}/explorer/`);
    await focusOn(QUERY);
    await page.keyboard.press(RUN);
    await answer('"change": "RESOLVED"');
    await answer('"count": 29');
  });

  it('runs what one writes, and tells what is wrong with it', async () => {
    await paste(QUERY, 'query Frameworks { frameworks { code } }');
    await page.getByRole('tab', { name: 'Frameworks' }).waitFor();
    await page.keyboard.press(RUN);
    await answer('"GGSR"');
    await paste(QUERY, 'query Wrong { framework }');
    await page.getByRole('tab', { name: 'Wrong' }).waitFor();
    // From the worker that checks documents by the schema.
    await page.locator('.graphiql-query-editor .squiggly-error').first().waitFor();
    await page.keyboard.press(RUN);
    await answer('GRAPHQL_VALIDATION_FAILED');
    // The browser tells of every answer that is 400.
    expect(complaints.splice(0)).toEqual([expect.stringMatching(/status of 400/)]);
  });

  it('has the descriptions of the schema beside it', async () => {
    const docs = page.locator('.graphiql-doc-explorer');
    await docs.getByRole('link', { name: 'Subscription', exact: true }).click();
    await docs.getByText('The log as it grows').waitFor();
  });

  it('follows by a WebSocket who brings a token, and keeps the token nowhere', async () => {
    const token = await server.token({ roles: ['auditor'] });
    await page.getByRole('tab', { name: 'Follow' }).click();
    await focusOn(QUERY);
    await page.keyboard.press(RUN);
    await answer('the connection was closed with 4403: ');
    await paste(
      '.graphiql-editor-tool .view-lines >> visible=true',
      `{ "Authorization": "Bearer ${token}" }`,
    );
    const opened = page.waitForEvent('websocket');
    await page.keyboard.press(RUN);
    const socket = await opened;
    // The last of what the log holds.
    await answer('"AssessmentConcluded"');
    const closed = socket.waitForEvent('close');
    await page.keyboard.press(RUN);
    await closed;
    // What is kept is kept a moment after it was written.
    await page.waitForFunction(() => localStorage.getItem('graphiql:queries')?.includes('Follow'));
    await page.reload();
    await page.locator(QUERY).waitFor();
    expect(await kept()).toContain('subscription Follow');
    expect(await kept()).not.toContain(token);
  });
});
