import { config, lookIsAtLeast } from 'setup/config';

/** A copy of `object` in which the dotted `path` has `value`; the rest is shared. */
export function withValue(object, path, value) {
    const [head, ...rest] = path.split('.');
    const inner = rest.length ? withValue(object[head] ?? {}, rest.join('.'), value) : value;
    return { ...object, [head]: inner };
}

/** Names of security boxes that this org forces; the sentence below them says to ask Support. */
export function lockedControls() {
    const byLook = lookIsAtLeast('summer26');
    const rest = byLook ? ['refreshTokenRotation', 'idleTtl'] : [];
    const pkce = { look: byLook, locked: true, editable: false, absent: false }[config.knobs.pkce];
    return pkce ? ['pkce', ...rest] : rest;
}

const FLOWS = ['clientCredentials', 'codeCredentials', 'codeCredentialsPostOnly', 'device', 'jwtBearer', 'tokenExchange'];

/** An app as the create form starts with it. evidence: setup-ui sections 3.1 and 3.2. */
export function emptyApp() {
    const forced = lookIsAtLeast('summer26');
    return {
        label: '',
        developerName: '',
        contactEmail: config.knobs.email_prefilled ? config.user.email : '',
        distributionState: config.knobs.distribution_default === 'empty' ? '' : config.knobs.distribution_default,
        contactPhone: '',
        infoUrl: '',
        logoUrl: '',
        iconUrl: '',
        description: '',
        oauth: {
            enabled: false,
            callbackUrl: '',
            scopes: [],
            introspectAllTokens: false,
            configureIdToken: false,
            flows: Object.fromEntries(FLOWS.map((flow) => [flow, false])),
            security: {
                secretForWebServer: true,
                secretForRefreshToken: true,
                pkce: config.knobs.pkce !== 'absent',
                refreshTokenRotation: forced,
                namedUserJwt: false,
                idleTtl: forced,
                ipAllowlist: false,
            },
            locked: lockedControls(),
        },
    };
}

/** The API name that the form proposes for a name. evidence: spaces become underscores; guess: other marks too. */
export function apiNameFor(name) {
    const words = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/_+/g, '_').replace(/^_+|_+$/g, '');
    return /^[A-Za-z]/.test(words) || words === '' ? words : `X${words}`;
}
