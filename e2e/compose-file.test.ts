import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { type ComposeService, interpolate, readComposeFile } from './support/compose-file.ts';

const root = new URL('../', import.meta.url);
const read = (path: string) => readFileSync(new URL(path, root), 'utf8');
const compose = readComposeFile();
const dockerfile = read('Dockerfile');
const own = Object.entries(compose.services).filter(([, service]) => service.build !== undefined);

/** The lines of one target, from its FROM to the next. */
function stage(target: string): string {
  const [, rest = ''] = dockerfile.split(new RegExp(`^FROM \\S+ AS ${target}$`, 'm'));
  return rest.split(/^FROM /m)[0] ?? '';
}

/** Every environment name that the code reads, from the readers' calls. */
function namesInCode(): Set<string> {
  const names = new Set<string>();
  const folders = [
    'app/src',
    'gateway/src',
    ...['users', 'catalog', 'orders', 'delivery'].map((s) => `subgraphs/${s}/src`),
  ];
  for (const folder of folders) {
    for (const file of readdirSync(new URL(folder, root), { recursive: true, encoding: 'utf8' })) {
      if (!file.endsWith('.ts')) continue;
      for (const [, name = ''] of read(`${folder}/${file}`).matchAll(/'([A-Z][A-Z0-9]*(?:_[A-Z0-9]+)*)'/g))
        names.add(name);
    }
  }
  return names;
}

describe('docker-compose.yml matches the code', () => {
  it('has the five services, a replica-set MongoDB 8 and Redis 8', () => {
    expect(own.map(([name]) => name).sort()).toEqual(['catalog', 'delivery', 'gateway', 'orders', 'users']);
    expect(compose.services['mongo']?.image).toMatch(/^mongo:8/);
    expect(JSON.stringify(compose.services['mongo'])).toContain('--replSet');
    expect(compose.services['redis']?.image).toMatch(/^redis:8/);
  });

  it.each(own)('builds and starts %s from files that exist', (_name, service) => {
    const lines = stage(service.build?.target ?? '');
    const [, entry = ''] = lines.match(/CMD \[.*"dist\/(.+)\.js"\]/) ?? [];
    expect(existsSync(new URL(`${entry}.ts`, root)), `${entry}.ts`).toBe(true);
    expect(lines).toMatch(new RegExp(`EXPOSE ${service.environment?.['PORT']}`));
    expect(lines).toMatch(new RegExp(`ENV PORT=${service.environment?.['PORT']}`));
  });

  it('runs as another user than root, on Node 24, and checks its own health', () => {
    expect(dockerfile).toMatch(/^FROM node:24\S* AS build$/m);
    expect(stage('runtime')).toMatch(/^USER node$/m);
    expect(stage('runtime')).toContain('dist/app/src/health-check.js');
  });

  it('uses only npm scripts that exist as build steps', () => {
    const { scripts } = JSON.parse(read('package.json'));
    const steps = [...dockerfile.matchAll(/^RUN (.+)$/gm)].map(([, step = '']) => step);
    expect(steps.length).toBeGreaterThan(0);
    for (const step of steps) {
      if (step === 'npm ci') continue;
      expect(scripts, step).toHaveProperty([step.replace(/^npm run /, '')]);
    }
  });

  it('sets only variables that the code reads', () => {
    const known = namesInCode();
    for (const [name, service] of own) {
      const unknown = Object.keys(service.environment ?? {}).filter((variable) => !known.has(variable));
      expect(unknown, name).toEqual([]);
    }
  });

  it('points every URL at a service, its port and a path that it serves', () => {
    const paths: Record<string, string> = { '/graphql': 'any', '/.well-known/jwks.json': 'users' };
    for (const [, service] of own) {
      for (const [variable, value] of Object.entries(service.environment ?? {})) {
        if (!/_URL$/.test(variable) || !String(value).startsWith('http')) continue;
        const url = new URL(String(value));
        expect(String(compose.services[url.hostname]?.environment?.['PORT']), variable).toBe(url.port);
        expect(paths, variable).toHaveProperty([url.pathname]);
      }
    }
  });

  it('waits for the health of everything a service needs', () => {
    for (const [name, service] of own) {
      for (const [needed, { condition }] of Object.entries(service.depends_on ?? {})) {
        const target: ComposeService | undefined = compose.services[needed];
        expect(target, `${name} needs ${needed}`).toBeDefined();
        expect(condition).toBe('service_healthy');
        expect(target?.build !== undefined || target?.healthcheck !== undefined, needed).toBe(true);
      }
    }
    for (const { volumes = [] } of Object.values(compose.services)) {
      for (const volume of volumes) expect(compose.volumes).toHaveProperty([volume.split(':')[0] ?? '']);
    }
  });

  it('holds no secret and refuses to start without those it needs', () => {
    const secret = own.flatMap(([, { environment = {} }]) =>
      Object.entries(environment).filter(([variable]) => /KEY|SECRET|PASSWORD/.test(variable)),
    );
    expect(secret.length).toBeGreaterThan(0);
    for (const [variable, value] of secret) expect(value, variable).toMatch(/^\$\{\w+:[-?].*\}$/);
    expect(() => interpolate(String(compose.services['users']?.environment?.['JWT_PRIVATE_KEY']), {})).toThrow(
      /secrets/,
    );
  });
});
