import { createElement } from 'lwc';
import App from 'setup/app';
import { shareStyles } from 'setup/nativeStyles';

/** The Setup shell as an element. */
export async function create() {
    await shareStyles();
    return createElement('setup-app', { is: App });
}
