import { config } from 'setup/config';

/** A copy of `object` in which the dotted `path` has `value`; the rest is shared. */
export function withValue(object, path, value) {
    const [head, ...rest] = path.split('.');
    const inner = rest.length ? withValue(object[head] ?? {}, rest.join('.'), value) : value;
    return { ...object, [head]: inner };
}

const FLOWS = ['clientCredentials', 'codeCredentials', 'codeCredentialsPostOnly', 'device', 'jwtBearer', 'tokenExchange'];

/** An app as the create form starts with it. evidence: setup-ui sections 3.1 and 3.2, update 1.6 and 1.15. */
export function emptyApp() {
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
            security: { ...config.security },
            locked: [...config.locked],
        },
    };
}

/** The API name that the form proposes for a name. evidence: spaces become underscores; guess: other marks too. */
export function apiNameFor(name) {
    const words = name.replace(/[^A-Za-z0-9_]+/g, '_').replace(/_+/g, '_').replace(/^_+|_+$/g, '');
    return /^[A-Za-z]/.test(words) || words === '' ? words : `X${words}`;
}
