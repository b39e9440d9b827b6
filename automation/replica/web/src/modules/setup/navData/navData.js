import { label, lookIsAtLeast } from 'setup/config';
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

// evidence: the summer25 screenshot has neither `Intelligent Apps` nor `Lightning Out 2.0 Apps`.
function otherAppBranches() {
    const all = ['intelligentApps', 'lightningBolt', 'lightningOut', 'mobileApps', 'packaging'];
    const shown = lookIsAtLeast('winter26') ? all : all.filter((key) => !['intelligentApps', 'lightningOut'].includes(key));
    return shown.map((key) => branch(key));
}

function apps() {
    return branch('apps', [
        leaf(['appManager', paths.setup('NavigationMenus')]),
        leaf('appExchange'),
        branch('connectedApps'),
        externalClientApps(),
        ...otherAppBranches(),
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
