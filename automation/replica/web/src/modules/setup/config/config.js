/**
 * What the server said about this org and user, read once at start (action `bootstrap`).
 * The knobs are the variants of automation/replica/variants.py; the values here are the default look's.
 */
export const config = {
    look: 'winter27',
    knobs: {
        cc_confirm: 'none',
        cc_confirm_at: 'both',
        save_buttons: 'both',
        reveal: 'window_open',
        sections: 'default',
        pkce: 'look',
        inactive_panels: 'keep',
        api_name_follows: 'blur',
        url_after_new: 'home',
        url_after_create: 'detail',
        run_as_widget: 'email',
        distribution_default: 'Local',
        distribution_edit: 'editable',
        api_name_edit: 'text',
        email_prefilled: false,
        create_error: 'box',
        jwt_settings: 'when_on',
        agentforce_panel: 'none',
        in_app_prompt: 'none',
        toast: 'lightning',
        tree: 'expanded',
        trial_banner: false,
        quick_settings: false,
        view_mode: 'readonly_text',
        list_paging: 'all',
        cancel_confirms: false,
        policies_open_on_edit: false,
    },
    text: {},
    labels: {},
    language: 'en',
    user: {},
    org: {},
    permissions: { create: true, policies: true },
    /** Security boxes of a new app, and the names of those that this org forces. */
    security: {},
    locked: [],
    scopes: [],
};

function tree(flat) {
    const root = {};
    for (const [key, text] of Object.entries(flat)) {
        const parts = key.split('.');
        const leaf = parts.pop();
        const node = parts.reduce((at, part) => (at[part] ??= {}), root);
        node[leaf] = text;
    }
    return root;
}

/** Take over the answer of `bootstrap`. Templates read `text.<group>.<name>`, code reads `label('<group>.<name>')`. */
export function configure(answer) {
    const { variants, labels, ...rest } = answer;
    Object.assign(config, rest);
    Object.assign(config.knobs, variants);
    config.labels = labels;
    config.text = tree(labels);
    config.scopes = config.scopes.map((scope) => ({ ...scope, label: labels[`scope.${scope.value}`] ?? scope.label }));
}

/** The text for a key, with {0}, {1} ... filled in. An unknown key is shown as itself, so that a gap is seen. */
export function label(key, ...values) {
    const text = config.labels[key] ?? key;
    return values.reduce((filled, value, at) => filled.replace(`{${at}}`, value), text);
}

/** True from the given release's look on. */
export function lookIsAtLeast(look) {
    const order = ['summer25', 'winter26', 'summer26', 'winter27'];
    return order.indexOf(config.look) >= order.indexOf(look);
}
