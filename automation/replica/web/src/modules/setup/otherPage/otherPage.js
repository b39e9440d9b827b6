import { api } from 'lwc';
import SetupElement from 'setup/element';

/** Any other Setup page, the Lightning consumer page aside: a header that names it. */
export default class OtherPage extends SetupElement {
    @api name;
}
