import '@lwc/synthetic-shadow';
import { createElement } from 'lwc';
import App from 'setup/app';

/** The Setup shell as an element. */
export async function create() {
    return createElement('setup-app', { is: App });
}
