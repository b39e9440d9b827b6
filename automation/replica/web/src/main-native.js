import { createElement } from 'lwc';
import App from 'setup/app';
import { start } from 'setup/boot';
import { shareStyles } from 'setup/nativeStyles';

shareStyles().then(() => start(() => createElement('setup-app', { is: App })));
