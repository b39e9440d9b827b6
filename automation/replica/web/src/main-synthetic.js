import '@lwc/synthetic-shadow';
import { createElement } from 'lwc';
import App from 'setup/app';
import { start } from 'setup/boot';

start(() => createElement('setup-app', { is: App }));
