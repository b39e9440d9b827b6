import SetupElement from 'setup/element';
import { go, paths } from 'setup/router';

/** The second bar: app launcher, `Setup`, tabs `Home` and `Object Manager`. guess: real tabs by role, as in Setup elsewhere. */
export default class ContextBar extends SetupElement {
    get homePath() {
        return paths.home;
    }

    get objectsPath() {
        return paths.setup('ObjectManager');
    }

    handleGo(event) {
        event.preventDefault();
        go(event.currentTarget.getAttribute('href'));
    }
}
