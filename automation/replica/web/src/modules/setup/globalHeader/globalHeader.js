import SetupElement from 'setup/element';
import { config, label } from 'setup/config';

/** The top bar: cloud, search, icons, avatar. evidence: screenshots. guess: names of the icon buttons. */
export default class GlobalHeader extends SetupElement {
    get icons() {
        const items = [
            { name: 'add', icon: 'utility:add', label: label('shell.actions') },
            { name: 'trailhead', icon: 'utility:trailhead', label: label('shell.guidance') },
            { name: 'help', icon: 'utility:question', label: label('shell.help') },
            { name: 'gear', icon: 'utility:setup', label: label('shell.gear') },
            { name: 'bell', icon: 'utility:notification', label: label('shell.notifications') },
        ];
        return items.map((item) => ({ ...item, classes: `slds-global-actions__item eca-global__${item.name}` }));
    }

    get profile() {
        return label('shell.profile');
    }

    get initials() {
        return (config.user.name ?? '').slice(0, 1);
    }
}
