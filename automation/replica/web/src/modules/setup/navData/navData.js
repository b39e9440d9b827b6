import { label } from 'setup/config';
import { paths } from 'setup/router';

/**
 * The Setup tree. evidence: summer25 and winter26 screenshots, setup-ui section 1; entries under headings that were never
 * shown open have no children here. An entry: {key, path?, children?}.
 */
const TOP = [
    ['setupHome', paths.home], 'salesforceGo', 'serviceAssistant', 'commerceAssistant', 'hyperforceAssistant', 'releaseUpdates',
    'mobileApp', 'lightningUsage', 'optimizer', 'salesCloud',
];
const ADMINISTRATION = ['users', 'data', 'email'];
const PLATFORM = [
    'featureSettings', 'slack', 'dataCloud', 'heroku', 'mulesoft', 'einstein', 'objectsAndFields', 'events', 'processAutomation',
    'userInterface', 'customCode', 'development', 'environments', 'userEngagement', 'enablement', 'integrations',
    'notificationBuilder', 'offline',
];
const SETTINGS = ['companySettings', 'dataClassification', 'privacyCenter', 'dataMask', 'identity', 'security'];

function leaf(entry) {
    const [key, path] = Array.isArray(entry) ? entry : [entry, undefined];
    return { key, label: label(`tree.${key}`), path: path ?? paths.setup(key[0].toUpperCase() + key.slice(1)) };
}

function branch(key, children = []) {
    return { key, label: label(`tree.${key}`), children };
}

function externalClientApps() {
    return branch('externalClientApps', [
        leaf(['externalClientAppManager', paths.list]),
        leaf(['oauthUsage', paths.setup('ConnectedAppsOAuthUsage')]),
        leaf(['ecaSettings', paths.setup('ExternalClientApplicationSettings')]),
    ]);
}

function apps() {
    return branch('apps', [
        leaf(['appManager', paths.setup('NavigationMenus')]),
        leaf('appExchange'),
        branch('connectedApps'),
        externalClientApps(),
        ...['intelligentApps', 'lightningBolt', 'lightningOut', 'mobileApps', 'packaging'].map((key) => branch(key)),
    ]);
}

/** The whole tree as groups: [{key, label?, entries}]. */
export function groups() {
    return [
        { key: 'top', entries: TOP.map(leaf) },
        { key: 'administration', label: label('tree.administration'), entries: ADMINISTRATION.map((key) => branch(key)) },
        {
            key: 'platformTools',
            label: label('tree.platformTools'),
            entries: [branch('subscriptionManagement'), apps(), ...PLATFORM.map((key) => branch(key))],
        },
        { key: 'settings', label: label('tree.settings'), entries: SETTINGS.map((key) => branch(key)) },
    ];
}
