import LightningDatatable from 'lightning/datatable';
import badge from './badge.html';

/** The base table with one more cell type: `badge`, for `App Status`. */
export default class StatusTable extends LightningDatatable {
    static customTypes = { badge: { template: badge, standardCellLayout: true } };
}
